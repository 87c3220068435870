// Annotations as Grafana marks them on a time axis: a dashed line with a triangle below, a region filled.

import { colorManipulator, type GrafanaTheme2 } from '@grafana/data';
import type uPlot from 'uplot';

import type { Annotation } from './scene';

export function mark(annotations: Annotation[], theme: GrafanaTheme2) {
  return (u: uPlot) => {
    const { left, top, width, height } = u.bbox;
    u.ctx.save();
    u.ctx.beginPath();
    u.ctx.rect(left, top, width, height + 6);
    u.ctx.clip();
    for (const annotation of annotations) {
      const color = theme.visualization.getColorByName(annotation.color);
      const begin = u.valToPos(annotation.time, 'x', true);
      const end = u.valToPos(annotation.timeEnd, 'x', true);
      u.ctx.fillStyle = colorManipulator.alpha(color, 0.1);
      u.ctx.fillRect(begin, top, end - begin, height);
      line(u, begin, color);
      if (end > begin) {
        line(u, end, color);
      }
      u.ctx.fillStyle = color;
      u.ctx.fillRect(begin, top + height, end - begin, 5);
      triangle(u.ctx, begin, top + height);
    }
    u.ctx.restore();
  };
}

function line({ ctx, bbox }: uPlot, x: number, color: string) {
  ctx.beginPath();
  ctx.setLineDash([5, 5]);
  ctx.lineWidth = 2;
  ctx.strokeStyle = color;
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
}

function triangle(ctx: CanvasRenderingContext2D, x: number, y: number) {
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(x - 5, y + 6);
  ctx.lineTo(x + 5, y + 6);
  ctx.fill();
}
