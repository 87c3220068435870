// What the Python side hands over for one picture: a dashboard of the classic schema and what its queries returned.

import type { ConfigOverrideRule, FieldConfig } from '@grafana/data';

export interface Scene {
  dashboard: { title: string; panels: PanelModel[] };
  subtitle: string;
  from: number; // ms
  to: number; // ms
  answers: Record<string, Record<string, Answer>>; // panel id, refId
  annotations: Annotation[];
  firstScreen?: boolean; // only what a screen of 1920 by 1080 shows at once
}

export interface PanelModel {
  id: number;
  type: string;
  title?: string;
  transparent?: boolean;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: Target[];
  transformations?: Transformation[];
  fieldConfig?: { defaults?: FieldConfig; overrides?: ConfigOverrideRule[] };
  options?: Record<string, any>;
}

export interface Target {
  refId: string;
  legendFormat?: string;
  format?: string;
  instant?: boolean;
  hide?: boolean;
}

export interface Transformation {
  id: string;
  options: Record<string, any>;
  disabled?: boolean;
}

// The `data` of an answer of Prometheus's API for a query.
export interface Answer {
  resultType: 'matrix' | 'vector' | 'scalar';
  result: Array<{ metric: Record<string, string>; value?: Sample; values?: Sample[] }>;
  step: number; // ms
}

export type Sample = [number, string]; // seconds, value

export interface Annotation {
  color: string;
  time: number; // ms
  timeEnd: number; // ms, `time` for an instant
  notIn: number[]; // panels, by id
}
