// One panel: from its queries' answers to what is drawn.

import type { DataFrame, GrafanaTheme2 } from '@grafana/data';
import type { ComponentType } from 'react';

import { configured, transformed } from './fields';
import { frames } from './frames';
import { StateTimeline } from './panels/state-timeline';
import { Stat } from './panels/stat';
import { Table } from './panels/table';
import { TimeSeriesPanel } from './panels/timeseries';
import type { Annotation, PanelModel, Scene } from './scene';

export interface PanelProps {
  panel: PanelModel;
  frames: DataFrame[];
  width: number;
  height: number;
  theme: GrafanaTheme2;
  from: number;
  to: number;
  annotations: Annotation[];
}

const KINDS: Record<string, ComponentType<PanelProps>> = {
  stat: Stat,
  'state-timeline': StateTimeline,
  table: Table,
  timeseries: TimeSeriesPanel,
};

export interface Prepared {
  panel: PanelModel;
  frames: DataFrame[];
  Kind: ComponentType<PanelProps>;
}

export function prepared(scene: Scene, theme: GrafanaTheme2): Promise<Prepared[]> {
  const panels = scene.dashboard.panels.filter(({ type }) => type !== 'row');
  return Promise.all(
    panels.map(async (panel) => {
      try {
        return await prepare(panel, scene, theme);
      } catch (error) {
        throw new Error(
          `panel "${panel.title}" (${panel.type}): ${error instanceof Error ? error.message : error}`,
        );
      }
    }),
  );
}

async function prepare(panel: PanelModel, scene: Scene, theme: GrafanaTheme2): Promise<Prepared> {
  const Kind = KINDS[panel.type];
  if (Kind === undefined) {
    throw new Error('this page cannot draw panels of this type');
  }
  const data = await transformed(panel, frames(panel, scene.answers[panel.id] ?? {}));
  return { panel, frames: configured(panel, data, theme), Kind };
}
