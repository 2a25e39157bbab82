// When a camera's view was covered, turned or tampered with: before and after, until somebody has seen it.

import { Problem, get, post } from '../http.js';
import { arrange, h, picture, setText, showPicture } from '../dom.js';
import { actionButton, notice, problemWords } from '../parts.js';
import { time } from '../times.js';

const WORDS = {
  view_blocked: 'View blocked',
  angle_changed: 'Camera turned',
  view_tampered: 'View tampered with',
  unknown: 'View changed',
};
const PAGE = 5;

export function sceneChangesView({ id, signal, mayChange }) {
  const path = `/api/cameras/${encodeURIComponent(id)}/scene-changes`;
  const list = h('ul.paged');
  const trouble = h('div');
  const none = h('p.soft', { hidden: true }, 'The view never changed.');
  const more = h('button.button', { type: 'button', hidden: true, onclick: grow }, 'Show more');
  const element = h('section.card', {}, h('h2', {}, 'Changes of the view'), trouble, none, list, more);
  let limit = PAGE;

  async function read() {
    try {
      const page = await get(path, { query: { limit }, signal });
      arrange(trouble, []);
      arrange(list, page.items.map(line));
      none.hidden = page.items.length > 0;
      more.hidden = !page.next_cursor || limit >= 200;
    } catch (problem) {
      if (problem instanceof Problem) arrange(trouble, [notice('bad', problemWords(problem))]);
      else if (problem.name !== 'AbortError') throw problem;
    }
  }

  function grow() {
    limit = Math.min(limit * 4, 200);
    read();
  }

  function line(change) {
    const words = h('p.complaint');
    const acknowledge = async () => {
      try {
        await post(`${path}/${change.id}/acknowledge`);
        await read();
      } catch (problem) {
        if (!(problem instanceof Problem)) throw problem;
        setText(words, problem.message);
      }
    };
    return h(
      'li.paged-item',
      {},
      h('strong', {}, WORDS[change.change_type] ?? change.change_type),
      h('p.soft.small', {}, time(change.detected_at, 'full'), change.ended_at && [' until ', time(change.ended_at, 'clock')]),
      h('div.before-after', {}, still(change, 'before', 'Before'), still(change, 'after', 'After')),
      change.acknowledged
        ? h('p.soft.small', {}, 'Seen ', time(change.acknowledged_at, 'ago'))
        : mayChange && h('div.choices', {}, actionButton('button.button', 'I have seen it', acknowledge)),
      words,
    );
  }

  function still(change, which, caption) {
    const image = picture({ loading: 'lazy', width: 160, height: 90, alt: `The view ${which}` });
    showPicture(image, `${path}/${change.id}/${which}`);
    return h('figure', {}, image, h('figcaption', {}, caption));
  }

  return { element, read };
}
