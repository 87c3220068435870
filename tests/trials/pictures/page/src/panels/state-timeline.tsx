// Grafana's state timeline is in none of its packages. This one has its axes from there and draws the rest itself.

import {
  colorManipulator,
  FieldType,
  getFieldDisplayName,
  type DataFrame,
  type Field,
  type GrafanaTheme2,
} from '@grafana/data';
import {
  AxisPlacement,
  ScaleDirection,
  ScaleOrientation,
  UPlotChart,
  UPlotConfigBuilder,
  VizLayout,
  VizLegend,
} from '@grafana/ui';
import type uPlot from 'uplot';

import { mark } from '../annotations';
import type { PanelProps } from '../panel';
import { Empty } from './empty';

interface State {
  text: string;
  color: string;
  begin: number; // ms
  end: number; // ms
}

interface Row {
  name: string;
  states: State[];
}

export function StateTimeline({ panel, frames, width, height, theme, from, to, annotations }: PanelProps) {
  const rows = frames.flatMap((frame) => rowsOf(frame, frames, panel.options?.mergeValues ?? true));
  if (rows.length === 0) {
    return <Empty panel={panel} height={height} />;
  }
  const custom = panel.fieldConfig?.defaults?.custom ?? {};
  const names = rows.map(({ name }) => name);
  const config = plot(names, [from, to], custom.axisWidth, theme);
  config.addHook('draw', draw(rows, { fillOpacity: custom.fillOpacity, ...panel.options }, theme));
  config.addHook('draw', mark(annotations, theme));
  return (
    <VizLayout width={width} height={height} legend={legend(rows, panel.options?.legend)}>
      {(plotWidth: number, plotHeight: number) => (
        <UPlotChart config={config} data={[[from, to]]} width={plotWidth} height={plotHeight} />
      )}
    </VizLayout>
  );
}

function rowsOf(frame: DataFrame, frames: DataFrame[], merge: boolean): Row[] {
  const time = frame.fields.find(({ type }) => type === FieldType.time);
  if (time === undefined) {
    throw new Error('a state timeline needs a time field');
  }
  return frame.fields
    .filter((field) => field !== time && !field.config.custom?.hideFrom?.viz)
    .map((field) => ({
      name: getFieldDisplayName(field, frame, frames),
      states: statesOf(field, time, merge),
    }));
}

function statesOf(field: Field, time: Field, merge: boolean): State[] {
  const states: State[] = [];
  const step = time.config.interval ?? 0;
  field.values.forEach((value, index) => {
    if (value === null || value === undefined) {
      return;
    }
    const shown = field.display!(value);
    const text = `${shown.prefix ?? ''}${shown.text}${shown.suffix ?? ''}`;
    const begin = time.values[index];
    const end = time.values[index + 1] ?? begin + step;
    const last = states.at(-1);
    if (merge && last?.text === text && last.end === begin) {
      last.end = end;
    } else {
      states.push({ text, color: shown.color ?? 'gray', begin, end });
    }
  });
  return states;
}

function plot(
  names: string[],
  range: [number, number],
  axisWidth: number | undefined,
  theme: GrafanaTheme2,
): UPlotConfigBuilder {
  const config = new UPlotConfigBuilder('utc');
  const middles = names.map((_, index) => index + 0.5);
  config.addScale({
    scaleKey: 'x',
    isTime: true,
    orientation: ScaleOrientation.Horizontal,
    direction: ScaleDirection.Right,
    range: () => range,
  });
  config.addScale({
    scaleKey: 'y',
    orientation: ScaleOrientation.Vertical,
    direction: ScaleDirection.Down,
    range: () => [0, names.length],
  });
  config.addAxis({
    scaleKey: 'x',
    isTime: true,
    placement: AxisPlacement.Bottom,
    timeZone: 'utc',
    theme,
    grid: { show: false },
  });
  config.addAxis({
    scaleKey: 'y',
    placement: AxisPlacement.Left,
    theme,
    splits: () => middles,
    values: () => names,
    grid: { show: false },
    ticks: { show: false },
    size: axisWidth,
    gap: 12,
  });
  return config;
}

function draw(rows: Row[], options: Record<string, any>, theme: GrafanaTheme2) {
  return (u: uPlot) => {
    u.ctx.save();
    u.ctx.font = `12px ${theme.typography.fontFamily}`;
    u.ctx.textBaseline = 'middle';
    rows.forEach(({ states }, index) => {
      const row = u.valToPos(index, 'y', true);
      const full = u.valToPos(index + 1, 'y', true) - row;
      const height = full * (options.rowHeight ?? 0.9);
      states.forEach((state) => box(u, state, row + (full - height) / 2, height, options, theme));
    });
    u.ctx.restore();
  };
}

function box(
  u: uPlot,
  state: State,
  top: number,
  height: number,
  options: Record<string, any>,
  theme: GrafanaTheme2,
) {
  const left = Math.max(u.valToPos(state.begin, 'x', true), u.bbox.left);
  const right = Math.min(u.valToPos(state.end, 'x', true), u.bbox.left + u.bbox.width);
  u.ctx.fillStyle = colorManipulator.alpha(state.color, (options.fillOpacity ?? 70) / 100);
  u.ctx.fillRect(left, top, right - left, height);
  const room = right - left - 8;
  if (
    options.showValue === 'never' ||
    (options.showValue !== 'always' && u.ctx.measureText(state.text).width > room)
  ) {
    return;
  }
  const align: CanvasTextAlign = options.alignValue ?? 'left';
  u.ctx.textAlign = align;
  u.ctx.fillStyle = theme.colors.getContrastText(
    colorManipulator.asHexString(state.color),
    theme.colors.contrastThreshold,
  );
  const x = { left: left + 4, center: (left + right) / 2, right: right - 4 }[
    align as 'left' | 'center' | 'right'
  ];
  u.ctx.fillText(state.text, x, top + height / 2);
}

function legend(rows: Row[], options: Record<string, any> | undefined) {
  if (!options?.showLegend) {
    return null;
  }
  const colors = new Map(
    rows.flatMap(({ states }) => states.map(({ text, color }) => [text, color] as const)),
  );
  return (
    <VizLayout.Legend placement={options.placement}>
      <VizLegend
        placement={options.placement}
        displayMode={options.displayMode}
        items={[...colors].map(([label, color]) => ({ label, color, yAxis: 1 }))}
      />
    </VizLayout.Legend>
  );
}
