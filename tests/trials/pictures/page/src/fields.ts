// The panel's transformations and fieldConfig, applied by Grafana's own code.

import {
  applyFieldOverrides,
  FieldColorModeId,
  FieldConfigOptionsRegistry,
  standardTransformers,
  standardTransformersRegistry,
  transformDataFrame,
  type ConfigOverrideRule,
  type DataFrame,
  type FieldConfig,
  type FieldConfigPropertyItem,
  type GrafanaTheme2,
} from '@grafana/data';
import { firstValueFrom } from 'rxjs';

import type { PanelModel } from './scene';

// What a panel's JSON leaves out: the colour mode that its kind begins with.
const COLOR: Record<string, FieldColorModeId> = { timeseries: FieldColorModeId.PaletteClassic };

standardTransformersRegistry.setInit(() => {
  const byId = new Map(Object.values(standardTransformers).map((each: any) => [each.id, each])); // some have two names
  return [...byId.values()].map((transformer) => ({
    id: transformer.id,
    name: transformer.name,
    transformation: () => Promise.resolve(transformer),
    editor: () => null,
    imageDark: '',
    imageLight: '',
  }));
});

export async function transformed(panel: PanelModel, frames: DataFrame[]): Promise<DataFrame[]> {
  const wanted = (panel.transformations ?? []).filter(({ disabled }) => !disabled);
  for (const { id } of wanted) {
    standardTransformersRegistry.get(id); // throws for one that doesn't exist
  }
  return firstValueFrom(transformDataFrame(wanted, frames, { interpolate: (text) => text }));
}

export function configured(panel: PanelModel, frames: DataFrame[], theme: GrafanaTheme2): DataFrame[] {
  const defaults: FieldConfig = structuredClone(panel.fieldConfig?.defaults ?? {});
  defaults.color ??= { mode: COLOR[panel.type] ?? FieldColorModeId.Thresholds };
  defaults.thresholds?.steps.forEach((step) => (step.value ??= -Infinity));
  const overrides = panel.fieldConfig?.overrides ?? [];
  return applyFieldOverrides({
    data: frames,
    fieldConfig: { defaults, overrides },
    fieldConfigRegistry: registry(defaults, overrides),
    replaceVariables: (text) => text,
    theme,
    timeZone: 'utc',
  });
}

// Grafana's registry of options comes with its editors, which are in no package: this one has an entry for each
// option that the panel sets.
function registry(defaults: FieldConfig, overrides: ConfigOverrideRule[]): FieldConfigOptionsRegistry {
  const { custom = {}, ...standard } = defaults;
  const ids = new Set([
    ...Object.keys(standard),
    ...Object.keys(custom).map((name) => `custom.${name}`),
    ...overrides.flatMap(({ properties }) => properties.map(({ id }) => id)),
  ]);
  return new FieldConfigOptionsRegistry(() => [...ids].map(option));
}

function option(id: string): FieldConfigPropertyItem {
  const isCustom = id.startsWith('custom.');
  return {
    id,
    path: isCustom ? id.slice('custom.'.length) : id,
    name: id,
    isCustom,
    process: (value) => value,
    shouldApply: () => true,
    editor: () => null,
    override: () => null,
  };
}
