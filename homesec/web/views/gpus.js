// Each GPU: what it does now, and what it did in the last hour.

import { Problem, get } from '../http.js';
import { arrange, h, svg } from '../dom.js';
import { bar, notice, problemWords } from '../parts.js';
import { time } from '../times.js';

const MINUTES = 60;

export function gpusCard() {
  const list = h('ul.parts');
  const trouble = h('div');
  const none = h('p.soft', { hidden: true }, 'No GPU of this system was read in the last hour.');
  const element = h('section.card', {}, h('h2', {}, 'GPUs'), trouble, none, list);

  async function refresh() {
    try {
      const { items } = await get('/api/system/gpus', { query: { minutes: MINUTES } });
      arrange(trouble, []);
      none.hidden = items.length > 0;
      arrange(list, items.map(line));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      arrange(trouble, [notice('bad', problemWords(problem))]);
    }
  }

  return { element, refresh };
}

function line(gpu) {
  const facts = [
    gpu.temperature_c !== null && `${Math.round(gpu.temperature_c)} °C`,
    gpu.power_w !== null && `${Math.round(gpu.power_w)} W`,
    gpu.sm_clock_mhz !== null && `${gpu.sm_clock_mhz} MHz`,
    gpu.inference_fps !== null && `${gpu.inference_fps.toFixed(1)} pictures/s`,
  ].filter(Boolean);
  return h(
    'li.part',
    {},
    h(
      'p.part-head',
      {},
      h(
        'span',
        {},
        h('span.model-name', {}, gpu.gpu_name),
        ' ',
        h('span.soft.small', {}, `${gpu.node} ${gpu.gpu_index}`),
      ),
      h('span.soft.small', {}, gpu.is_now ? facts.join(' · ') : ['Last read ', time(gpu.recorded_at, 'ago')]),
    ),
    meter('Busy', gpu.utilization, gpu.utilization !== null && `${Math.round(gpu.utilization * 100)} %`),
    meter('Memory', gpu.memory_used / gpu.memory_total, gpu.memory_total && gigabytes(gpu)),
    curve(gpu.history.map(({ utilization }) => utilization)),
  );
}

function gigabytes({ memory_used: used, memory_total: total }) {
  return `${(used / 1e9).toFixed(1)} of ${(total / 1e9).toFixed(1)} GB`;
}

/** Nothing for what a GPU does not tell. */
function meter(name, part, words) {
  if (!words) return null;
  return h(
    'div.meter',
    {},
    h('span', {}, name),
    bar(part, `${name}: ${words}`),
    h('span.meter-words', {}, words),
  );
}

function curve(values) {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return null;
  const points = known.map((value, at) => `${(at / (known.length - 1)) * 100},${20 - value * 19}`).join(' ');
  return svg(
    'svg',
    {
      class: 'curve',
      viewBox: '0 0 100 20',
      preserveAspectRatio: 'none',
      role: 'img',
      'aria-label': 'How busy in the last hour',
    },
    svg('polyline', { points }),
  );
}
