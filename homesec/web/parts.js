// Small pieces that several views share.

import { h, svg } from './dom.js';
import { icon } from './icons.js';

/** A calm picture and words where a list has nothing to show. */
export function emptiness(picture, title, ...more) {
  return h('div.emptiness', {}, h('span.emptiness-icon', {}, icon(picture)), h('h2', {}, title), more);
}

/** A strip that tells of something wrong, or of something to know. */
export function notice(tone, ...words) {
  return h(
    'div.notice',
    { 'data-tone': tone, role: tone === 'bad' ? 'alert' : 'note' },
    icon('warning'),
    h('div', {}, words),
  );
}

/** A bar that is filled by a part, 0..1. */
export function bar(part, name) {
  return svg(
    'svg',
    { class: 'gauge', viewBox: '0 0 100 8', preserveAspectRatio: 'none', role: 'img', 'aria-label': name },
    svg('rect', { width: 100 * Math.min(Math.max(part, 0), 1), height: 8 }),
  );
}

/** What to say of a problem. */
export function problemWords(problem) {
  return problem.isTemporary ? `${problem.title}. Trying again …` : problem.message;
}

/** A button that cannot be pressed twice and shows what went wrong beside it. */
export function actionButton(spec, name, act, properties = {}) {
  const button = h(spec, { type: 'button', ...properties }, name);
  button.addEventListener('click', async () => {
    button.disabled = true;
    try {
      await act();
    } finally {
      button.disabled = false;
    }
  });
  return button;
}
