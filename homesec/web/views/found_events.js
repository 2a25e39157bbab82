// What a search found: best first, each with the words that fit. Not live: a search is asked again by its button.

import { Problem, get } from '../http.js';
import { arrange, h, setAttribute } from '../dom.js';
import { emptiness, notice, problemWords } from '../parts.js';
import { eventRow } from './event_row.js';

const PAGE = 30;

export function foundEvents() {
  const list = h('ol.event-list');
  const words = h('div');
  const more = h('button.button', { type: 'button', onclick: () => read(cursor) }, 'Show more');
  const end = h('div.list-end', { hidden: true }, more);
  const element = h('div.days', {}, words, list, end);
  let ending = new AbortController();
  let asked = {};
  let cursor = null;

  /** Search; the results of before stay until the new ones are there. */
  function ask(query) {
    ending.abort();
    ending = new AbortController();
    asked = query;
    return read(null);
  }

  async function read(from) {
    const { signal } = ending;
    setAttribute(element, 'aria-busy', true);
    more.disabled = true;
    try {
      const page = await get('/api/events/search', { query: { ...asked, limit: PAGE, cursor: from }, signal });
      const rows = page.items.map(item);
      arrange(list, from ? [...list.children, ...rows] : rows);
      arrange(words, wordsOf(page, list.childElementCount));
      cursor = page.next_cursor;
      end.hidden = !cursor;
    } catch (problem) {
      if (signal.aborted) return;
      if (!(problem instanceof Problem)) throw problem;
      arrange(words, [notice('bad', problemWords(problem))]);
    }
    more.disabled = false;
    setAttribute(element, 'aria-busy', false);
  }

  function wordsOf({ note }, count) {
    const told = note ? [h('p.soft.small', { role: 'note' }, note)] : [];
    if (count > 0) return told;
    const all = h('a.button', { href: '#/events' }, 'Show all events');
    return [...told, emptiness('events', 'Nothing was found', h('p', {}, `No event fits “${asked.q}”.`), all)];
  }

  return { element, ask, stop: () => ending.abort() };
}

function item(event) {
  const { element } = eventRow(event);
  const isNear = event.found_by.length === 1 && event.found_by[0] === 'meaning';
  element.append(
    h(
      'p.snippet',
      {},
      event.snippet.map(({ text, hit }) => (hit ? h('mark', {}, text) : text)),
      isNear && h('span.chip', { title: 'Found by its meaning, not by its words' }, 'By meaning'),
    ),
  );
  return element;
}
