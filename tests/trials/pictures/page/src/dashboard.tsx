// The dashboard's grid, as Grafana lays it out: 24 columns, rows of 30 pixels, 8 pixels between.

import { useTheme2 } from '@grafana/ui';
import type { CSSProperties } from 'react';

import type { Prepared } from './panel';
import type { PanelModel, Scene } from './scene';

const [COLUMNS, ROW, GAP] = [24, 30, 8];
const WIDTH = 1920 - 2 * 16;
const PADDING = 8; // of a panel's content
const TITLE = 32;

export function Dashboard({ scene, panels }: { scene: Scene; panels: Prepared[] }) {
  const rows = scene.dashboard.panels.filter(({ type }) => type === 'row');
  const bottom = Math.max(...scene.dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h));
  return (
    <>
      <header>
        <h1>{scene.dashboard.title}</h1>
        <span>{scene.subtitle}</span>
        <aside>not Grafana</aside>
      </header>
      <main style={{ height: bottom * (ROW + GAP) }}>
        {rows.map((row) => (
          <h2 key={row.id} style={place(row)}>
            {row.title}
          </h2>
        ))}
        {panels.map((each) => (
          <Panel key={each.panel.id} scene={scene} {...each} />
        ))}
      </main>
      <footer>
        Not Grafana: the panels of the dashboard's JSON, drawn from a real Prometheus's answers by a small
        page with Grafana's libraries.
      </footer>
    </>
  );
}

function Panel({ scene, panel, frames, Kind }: { scene: Scene } & Prepared) {
  const theme = useTheme2();
  const { width, height } = place(panel);
  const title = panel.title ? TITLE : 0;
  return (
    <section style={place(panel)} className={panel.transparent ? 'transparent' : ''}>
      {panel.title && <h3>{panel.title}</h3>}
      <div className="content">
        <Kind
          panel={panel}
          frames={frames}
          width={width - 2 * PADDING - 2}
          height={height - title - 2 * PADDING - 2}
          theme={theme}
          from={scene.from}
          to={scene.to}
          annotations={scene.annotations.filter(({ notIn }) => !notIn.includes(panel.id))}
        />
      </div>
    </section>
  );
}

function place({ gridPos: { x, y, w, h } }: PanelModel): CSSProperties & { width: number; height: number } {
  const column = (WIDTH + GAP) / COLUMNS;
  return {
    left: x * column,
    top: y * (ROW + GAP),
    width: w * column - GAP,
    height: h * (ROW + GAP) - GAP,
  };
}
