// What a camera usually sees at each hour, and what came today.

import { Problem, getPatiently } from '../http.js';
import { arrange, h, setText, svg } from '../dom.js';
import { notice, problemWords } from '../parts.js';

const HOURS = 24;
const GAP = 0.18; // of an hour's room
const RARE = 0.01; // chance below which an hour stands out

export function habitsView({ id, signal }) {
  const chart = h('div.habits-chart');
  const words = h('p.soft.small');
  const trouble = h('div');
  const element = h(
    'section.card',
    {},
    h('h2', {}, 'Today and usually'),
    trouble,
    chart,
    h(
      'p.habits-key.small.soft',
      { 'aria-hidden': 'true' },
      h('span.key-seen', {}, 'today'),
      h('span.key-usual', {}, 'usually'),
    ),
    words,
  );

  async function read() {
    const onwait = (problem) => arrange(trouble, [notice('bad', problemWords(problem))]);
    try {
      const path = `/api/cameras/${encodeURIComponent(id)}/baseline`;
      const { day } = await getPatiently(path, { signal, onwait });
      arrange(trouble, []);
      arrange(chart, [bars(day)]);
      const isLearned = day.some(({ tail_probability: chance }) => chance !== null);
      setText(words, isLearned ? said(day) : 'Still learning: what is usual is known after some weeks.');
    } catch (problem) {
      if (problem instanceof Problem) arrange(trouble, [notice('bad', problem.message)]);
      else if (problem.name !== 'AbortError') throw problem;
    }
  }

  return { element, read };
}

/** A bar for what was seen in each local hour, a step line for what is usual. */
function bars(day) {
  const most = Math.max(4, ...day.flatMap(({ seen, expected }) => [seen ?? 0, expected ?? 0]));
  const y = (value) => 1 - value / most;
  const drawn = day
    .filter(({ seen }) => seen)
    .map((one) =>
      svg(
        'rect',
        {
          x: one.hour + GAP / 2,
          y: y(one.seen),
          width: 1 - GAP,
          height: one.seen / most,
          'data-rare': isRare(one),
        },
        svg('title', {}, sentence(one)),
      ),
    );
  const known = day.filter(({ expected }) => expected !== null);
  const usual = known.map(({ hour, expected }) => `${hour},${y(expected)} ${hour + 1},${y(expected)}`).join(' ');
  return h(
    'div.habits-plot',
    { role: 'img', 'aria-label': day.filter(({ seen }) => seen).map(sentence).join('; ') || 'Nothing came today' },
    svg(
      'svg',
      { viewBox: `0 0 ${HOURS} 1`, preserveAspectRatio: 'none' },
      drawn,
      svg('polyline', { class: 'usual', points: usual }),
    ),
    h('ol.habits-hours', { 'aria-hidden': 'true' }, [0, 6, 12, 18, 24].map((hour) => h('li', {}, String(hour)))),
    h('span.habits-most', { 'aria-hidden': 'true' }, String(Math.round(most))),
  );
}

function isRare({ seen, expected, tail_probability: chance }) {
  return chance !== null && chance < RARE && seen > expected;
}

function sentence({ hour, seen, expected }) {
  const usual = expected === null ? '' : `, usually ${expected.toFixed(1)}`;
  return `${hour} h: ${seen}${usual}`;
}

function said(day) {
  const rare = day.filter(isRare);
  if (!rare.length) return 'Nothing out of the ordinary today.';
  return `More than usual at ${rare.map(({ hour }) => `${hour} h`).join(', ')}.`;
}
