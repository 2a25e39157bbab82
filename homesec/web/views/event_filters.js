// Search and the two filters of the list; they stand in the address, so that Back and bookmarks know them.

import { arrange, h, setAttribute } from '../dom.js';
import { LEVELS, levelWord } from '../levels.js';
import { address } from '../router.js';

/** From the address to what the API is asked: a level means this one and every higher one. */
export function readFilters({ camera = '', level = '' }) {
  const at = LEVELS.indexOf(level);
  return { camera, level: at > 0 ? LEVELS.slice(at) : [] };
}

/** The form, with `show(query)`; choosing changes the address. */
export function eventFilters(cameras) {
  const words = h('input', { type: 'search', id: 'search', maxlength: 500, placeholder: 'Search events' });
  const camera = h('select', { id: 'camera', onchange: choose });
  const level = h(
    'select',
    { id: 'level', onchange: choose },
    h('option', { value: '' }, 'All levels'),
    LEVELS.slice(1).map((name) =>
      h(
        'option',
        { value: name },
        name === LEVELS.at(-1) ? `${levelWord(name)} only` : `${levelWord(name)} and higher`,
      ),
    ),
  );
  const clear = h('a.quiet', { href: '#/events', hidden: true }, 'Show all');
  const element = h(
    'form.filters',
    {
      'aria-label': 'Filter events',
      role: 'search',
      onsubmit: (event) => {
        event.preventDefault();
        choose();
      },
    },
    h('label.only-heard', { for: 'search' }, 'Search'),
    words,
    h('label.only-heard', { for: 'camera' }, 'Camera'),
    camera,
    h('label.only-heard', { for: 'level' }, 'Level'),
    level,
    clear,
  );
  let query = {};
  words.addEventListener('search', choose); // Enter, and the cross that empties it

  function choose() {
    location.hash = address('/events', { q: words.value.trim(), camera: camera.value, level: level.value });
  }

  function listCameras() {
    const options = cameras.all.map(({ id, name }) => [id, name]);
    // a camera of the address that is not in the list (deleted, or still loading) stays chosen
    if (query.camera && !options.some(([id]) => id === query.camera)) options.push([query.camera, query.camera]);
    const wanted = [['', 'All cameras'], ...options];
    const isSame =
      wanted.length === camera.options.length &&
      wanted.every(([id, name], at) => camera.options[at].value === id && camera.options[at].text === name);
    if (!isSame)
      arrange(
        camera,
        wanted.map(([id, name]) => h('option', { value: id }, name)),
      );
    camera.value = query.camera ?? '';
  }

  function show(now) {
    query = now;
    listCameras();
    level.value = readFilters(now).level[0] ?? '';
    words.value = now.q ?? '';
    setAttribute(words, 'data-chosen', Boolean(words.value));
    setAttribute(camera, 'data-chosen', Boolean(camera.value));
    setAttribute(level, 'data-chosen', Boolean(level.value));
    clear.hidden = !words.value && !camera.value && !level.value;
  }

  cameras.addEventListener('change', listCameras);
  return { element, show, stop: () => cameras.removeEventListener('change', listCameras) };
}
