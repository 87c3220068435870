// Query answers as the data frames that Grafana's Prometheus data source makes of them.

import { createDataFrame, FieldType, type DataFrame, type Labels } from '@grafana/data';

import type { Answer, PanelModel, Sample, Target } from './scene';

export function frames(panel: PanelModel, answers: Record<string, Answer>): DataFrame[] {
  const targets = (panel.targets ?? []).filter((target) => !target.hide);
  return targets.flatMap((target) => {
    const answer = answers[target.refId];
    if (answer === undefined) {
      throw new Error(`query ${target.refId} has no answer in the data`);
    }
    return target.format === 'table' ? table(target, answer, targets.length > 1) : series(target, answer);
  });
}

function series(target: Target, answer: Answer): DataFrame[] {
  return answer.result.map(({ metric, value, values }) => {
    const samples = value ? [value] : withGaps(values ?? [], answer.step);
    return createDataFrame({
      refId: target.refId,
      fields: [
        { name: 'Time', type: FieldType.time, values: samples.map(time), config: { interval: answer.step } },
        {
          name: 'Value',
          type: FieldType.number,
          labels: metric,
          values: samples.map(number),
          config: { displayNameFromDS: legend(target, metric) },
        },
      ],
    });
  });
}

function table(target: Target, answer: Answer, several: boolean): DataFrame[] {
  const rows = answer.result.flatMap(({ metric, value, values }) =>
    (value ? [value] : (values ?? [])).map((sample) => ({ metric, sample })),
  );
  if (rows.length === 0) {
    return [];
  }
  const labels = new Set(answer.result.flatMap(({ metric }) => Object.keys(metric).sort()));
  return [
    createDataFrame({
      refId: target.refId,
      fields: [
        { name: 'Time', type: FieldType.time, values: rows.map(({ sample }) => time(sample)) },
        ...[...labels].map((label) => ({
          name: label,
          type: FieldType.string,
          values: rows.map(({ metric }) => metric[label] ?? ''),
        })),
        {
          name: several ? `Value #${target.refId}` : 'Value',
          type: FieldType.number,
          values: rows.map(({ sample }) => number(sample)),
        },
      ],
    }),
  ];
}

// A step that Prometheus has no sample for is a null, so that lines and states end there.
function withGaps(samples: Sample[], step: number): Array<[number, string | null]> {
  return samples.flatMap((sample, index) => {
    const before = samples[index - 1];
    const gap = before !== undefined && time(sample) - time(before) > 1.5 * step;
    return gap ? [[before[0] + step / 1000, null], sample] : [sample];
  });
}

const time = (sample: [number, string | null]): number => sample[0] * 1000;

function number([, text]: [number, string | null]): number | null {
  switch (text) {
    case null:
      return null;
    case '+Inf':
      return Infinity;
    case '-Inf':
      return -Infinity;
    default:
      return Number(text);
  }
}

function legend(target: Target, metric: Labels): string {
  const format = target.legendFormat;
  if (format && format !== '__auto') {
    return format.replace(/\{\{\s*(.+?)\s*\}\}/g, (_, label: string) => metric[label] ?? '');
  }
  const { __name__: name = '', ...labels } = metric;
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return pairs.length > 0 ? `${name}{${pairs.join(', ')}}` : name || target.refId;
}
