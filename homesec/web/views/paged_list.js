// A short list that is read again now and then and can be asked for more.

import { Problem, get } from '../http.js';
import { arrange, h } from '../dom.js';
import { notice, problemWords } from '../parts.js';

const PAGE = 10;

/** The list at `path`; `line(item)` makes a list item, `empty` stands where there is none. */
export function pagedList({ title, path, query = {}, line, empty }) {
  const list = h('ul.paged');
  const trouble = h('div');
  const none = h('p.soft', { hidden: true }, empty);
  const more = h('button.button', { type: 'button', hidden: true, onclick: grow }, 'Show more');
  const element = h('section.card', {}, h('h2', {}, title), trouble, none, list, more);
  let limit = PAGE;
  let shown = '';

  async function refresh() {
    try {
      const page = await get(path, { query: { ...query, limit } });
      arrange(trouble, []);
      none.hidden = page.items.length > 0;
      more.hidden = !page.next_cursor || limit >= 200;
      const now = JSON.stringify(page.items);
      if (now !== shown) arrange(list, page.items.map(line));
      shown = now;
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      arrange(trouble, [notice('bad', problemWords(problem))]);
    }
  }

  function grow() {
    limit = Math.min(limit * 3, 200);
    refresh();
  }

  return { element, refresh };
}
