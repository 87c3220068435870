import { dateTime, FieldType, type TimeRange } from '@grafana/data';
import { TimeSeries } from '@grafana/ui';

import { mark } from '../annotations';
import type { PanelProps } from '../panel';
import { Empty } from './empty';

export function TimeSeriesPanel({ panel, frames, width, height, theme, from, to, annotations }: PanelProps) {
  const lines = frames.filter(({ fields }) => fields.some(({ type }) => type === FieldType.number));
  if (lines.length === 0) {
    return <Empty panel={panel} height={height} />;
  }
  return (
    <TimeSeries
      frames={lines}
      width={width}
      height={height}
      timeRange={range(from, to)}
      timeZone="utc"
      legend={
        panel.options?.legend ?? { showLegend: true, displayMode: 'list', placement: 'bottom', calcs: [] }
      }
      options={panel.options}
    >
      {(builder) => {
        builder.addHook('draw', mark(annotations, theme));
        return null;
      }}
    </TimeSeries>
  );
}

function range(from: number, to: number): TimeRange {
  const [begin, end] = [dateTime(from), dateTime(to)];
  return { from: begin, to: end, raw: { from: begin, to: end } };
}
