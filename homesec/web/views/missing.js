// An address that leads nowhere.

import { h } from '../dom.js';
import { emptiness } from '../parts.js';

export function missingView() {
  const element = h(
    'section.page',
    {},
    emptiness('events', 'There is no such page', h('a.button', { href: '#/events' }, 'Go to the events')),
  );
  return { element, title: 'Not found', section: '', stop() {} };
}
