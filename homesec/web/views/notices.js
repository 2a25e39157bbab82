// What the owner should know, above the list: a stand-in model, a part that is down.

import { arrange, h } from '../dom.js';
import { notice } from '../parts.js';

export function noticesStrip(live) {
  const element = h('div.notices');
  let shown = null;

  function render() {
    const words = noticesOf(live.health);
    const now = JSON.stringify(words);
    if (now === shown) return;
    shown = now;
    arrange(
      element,
      words.map(([tone, text]) => notice(tone, h('span', {}, text), ' ', h('a', { href: '#/health' }, 'See Health'))),
    );
  }

  live.addEventListener('health', render);
  render();
  return { element, stop: () => live.removeEventListener('health', render) };
}

/** [[tone, sentence]] of a health report: a stand-in model is to know, everything else is to mend. */
export function noticesOf(health) {
  if (!health) return [];
  const standIns = new Set(health.parts.map(({ detail }) => detail.stand_in).filter(Boolean));
  return health.notices.map((text) => [standIns.has(text) ? 'info' : 'bad', text]);
}
