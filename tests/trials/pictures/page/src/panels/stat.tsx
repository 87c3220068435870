import { getDisplayValueAlignmentFactors, getFieldDisplayValues, type FieldDisplay } from '@grafana/data';
import { BigValue, VizRepeater, type VizRepeaterRenderValueProps } from '@grafana/ui';

import type { PanelProps } from '../panel';

export function Stat({ panel, frames, width, height, theme }: PanelProps) {
  const options = panel.options ?? {};
  const getValues = () =>
    getFieldDisplayValues({
      fieldConfig: {
        defaults: panel.fieldConfig?.defaults ?? {},
        overrides: panel.fieldConfig?.overrides ?? [],
      },
      reduceOptions: options.reduceOptions ?? { calcs: ['lastNotNull'] },
      replaceVariables: (text) => text,
      data: frames,
      sparkline: options.graphMode === 'area',
      percentChange: options.showPercentChange,
      theme,
      timeZone: 'utc',
    });
  const draw = ({ value, ...place }: VizRepeaterRenderValueProps<FieldDisplay, any>) => (
    <BigValue
      value={value.display}
      sparkline={value.sparkline}
      count={place.count}
      width={place.width}
      height={place.height}
      alignmentFactors={place.alignmentFactors}
      colorMode={options.colorMode ?? 'value'}
      graphMode={options.graphMode ?? 'area'}
      justifyMode={options.justifyMode ?? 'auto'}
      textMode={options.textMode ?? 'auto'}
      text={options.text}
      disableWideLayout={!options.wideLayout}
      theme={theme}
    />
  );
  return (
    <VizRepeater
      getValues={getValues}
      getAlignmentFactors={getDisplayValueAlignmentFactors}
      renderValue={draw}
      width={width}
      height={height}
      source={frames}
      itemSpacing={3}
      renderCounter={0}
      autoGrid
      orientation={options.orientation ?? 'auto'}
    />
  );
}
