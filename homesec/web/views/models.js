// Which models run where, and on how much of a GPU.

import { arrange, h } from '../dom.js';

export function modelsCard() {
  const list = h('ul.parts');
  const none = h('p.soft', {}, 'No part runs a model.');
  const element = h('section.card', {}, h('h2', {}, 'Models'), none, list);
  let shown = '';

  function update(parts) {
    const models = parts.filter(({ detail }) => detail.model);
    none.hidden = models.length > 0;
    const now = JSON.stringify(models.map(({ name, state, detail }) => [name, state, detail.model, detail.stand_in]));
    if (now !== shown) arrange(list, models.map(line));
    shown = now;
  }

  return { element, update };
}

function line({ name, state, detail }) {
  const place = detail.device ?? 'cpu';
  const share = detail.share ? `${Math.round(detail.share * 100)} % of a GPU` : place.toUpperCase();
  return h(
    'li.part',
    {},
    h(
      'p.part-head',
      {},
      h('span', {}, h('span.model-name', {}, detail.model), ' ', h('span.soft.small', {}, name.replace(':', ' '))),
      h('span.status', { 'data-status': state }, h('span.status-dot', { 'aria-hidden': 'true' }), share),
    ),
    detail.stand_in && h('p.soft.small', {}, detail.stand_in),
    state !== 'ok' && detail.because && h('p.small', {}, detail.because),
  );
}
