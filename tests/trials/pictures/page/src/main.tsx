import 'uplot/dist/uPlot.min.css';
import './page.css';

import { createTheme, ThemeContext } from '@grafana/data';
import { createRoot } from 'react-dom/client';

import { Dashboard } from './dashboard';
import { prepared } from './panel';
import type { Scene } from './scene';

declare global {
  interface Window {
    draw: (scene: Scene) => Promise<void>;
  }
}

const theme = createTheme({ colors: { mode: 'dark' } });

window.draw = async (scene) => {
  const panels = await prepared(scene, theme);
  const root = createRoot(document.getElementById('page')!);
  root.render(
    <ThemeContext.Provider value={theme}>
      <Dashboard scene={scene} panels={panels} />
    </ThemeContext.Provider>,
  );
};
