import {
  colorManipulator,
  FieldType,
  formattedValueToString,
  getFieldDisplayName,
  sortDataFrame,
  type DataFrame,
  type Field,
  type GrafanaTheme2,
} from '@grafana/data';
import type { CSSProperties } from 'react';

import type { PanelProps } from '../panel';
import { Empty } from './empty';

export function Table({ panel, frames, height, theme }: PanelProps) {
  const frame = frames[panel.options?.frameIndex ?? 0];
  if (frame === undefined || frame.length === 0) {
    return <Empty panel={panel} height={height} />;
  }
  const { fields } = sorted(frame, panel.options?.sortBy ?? []);
  const columns = fields.filter(({ config }) => !config.custom?.hidden && !config.custom?.hideFrom?.viz);
  return (
    <table className="table">
      <colgroup>
        {columns.map((field) => (
          <col key={field.name} style={{ width: field.config.custom?.width }} />
        ))}
      </colgroup>
      {panel.options?.showHeader !== false && (
        <thead>
          <tr>
            {columns.map((field) => (
              <th key={field.name} style={{ textAlign: align(field) }}>
                {getFieldDisplayName(field, frame, frames)}
              </th>
            ))}
          </tr>
        </thead>
      )}
      <tbody>
        {Array.from({ length: frame.length }, (_, row) => (
          <tr key={row}>
            {columns.map((field) => (
              <Cell key={field.name} field={field} row={row} theme={theme} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell({ field, row, theme }: { field: Field; row: number; theme: GrafanaTheme2 }) {
  const shown = field.display!(field.values[row]);
  return (
    <td style={{ textAlign: align(field), ...colored(field, shown.color, theme) }}>
      {formattedValueToString(shown)}
    </td>
  );
}

function colored(field: Field, color: string | undefined, theme: GrafanaTheme2): CSSProperties {
  const { type = 'auto', applyToRow = false } = field.config.custom?.cellOptions ?? {};
  if (applyToRow || !['auto', 'color-text', 'color-background'].includes(type)) {
    throw new Error(
      `this page cannot draw cells of the type ${type}${applyToRow ? ', applied to the row' : ''}`,
    );
  }
  if (color === undefined || type === 'auto') {
    return {};
  }
  if (type === 'color-text') {
    return { color };
  }
  return { background: color, color: theme.colors.getContrastText(colorManipulator.asHexString(color)) };
}

// By the first that is named, where that is the same by the second, and so on.
function sorted(frame: DataFrame, by: Array<{ displayName: string; desc?: boolean }>): DataFrame {
  return by.reduceRight((rows, { displayName, desc }) => {
    const index = rows.fields.findIndex((field) => getFieldDisplayName(field, rows) === displayName);
    return index < 0 ? rows : sortDataFrame(rows, index, desc);
  }, frame);
}

function align({ config, type }: Field): CSSProperties['textAlign'] {
  const wanted = config.custom?.align;
  return wanted && wanted !== 'auto' ? wanted : type === FieldType.number ? 'right' : 'left';
}
