import type { PanelModel } from '../scene';

export function Empty({ panel, height }: { panel: PanelModel; height: number }) {
  return (
    <div className="empty" style={{ height }}>
      {panel.fieldConfig?.defaults?.noValue ?? 'No data'}
    </div>
  );
}
