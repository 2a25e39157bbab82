// The cameras: their last pictures, and whether they are there.

import { arrange, h, picture, setAttribute, setText, showPicture } from '../dom.js';
import { icon } from '../icons.js';
import { emptiness, notice, problemWords } from '../parts.js';
import { setTime, time } from '../times.js';

const STATUS_WORDS = { online: 'Online', offline: 'Offline', error: 'Error', unknown: 'Not seen yet' };

export function camerasView({ live: { cameras } }) {
  const cards = new Map();
  const trouble = h('div');
  const count = h('p.soft');
  const grid = h('ul.cameras');
  const nothing = h('div');
  const element = h('section.page', {}, h('div.page-head', {}, h('h1', {}, 'Cameras'), count), trouble, grid, nothing);

  function render() {
    const all = cameras.all;
    for (const id of cards.keys()) if (!all.some((camera) => camera.id === id)) cards.delete(id);
    arrange(grid, all.map(card));
    const online = all.filter(({ status }) => status === 'online').length;
    setText(count, all.length ? `${online} of ${all.length} online` : '');
    arrange(nothing, all.length || cameras.state !== 'ready' ? [] : [firstPicture()]);
    arrange(trouble, cameras.problem ? [notice('bad', problemWords(cameras.problem))] : []);
  }

  function card(camera) {
    if (!cards.has(camera.id)) cards.set(camera.id, cameraCard(camera));
    cards.get(camera.id).update(camera, cameras.picture(camera));
    return cards.get(camera.id).element;
  }

  function renewed({ detail: id }) {
    const camera = cameras.all.find((one) => one.id === id);
    if (camera) card(camera);
  }

  cameras.addEventListener('change', render);
  cameras.addEventListener('picture', renewed);
  cameras.reloadSoon();
  render();
  return {
    element,
    title: 'Cameras',
    section: '/cameras',
    shown: () => scrollTo({ top: 0 }),
    stop() {
      cameras.removeEventListener('change', render);
      cameras.removeEventListener('picture', renewed);
    },
  };
}

function cameraCard({ id }) {
  const image = picture({ class: 'camera-picture', width: 480, height: 270 });
  const name = h('h2');
  const status = h('span.status', {}, h('span.status-dot', { 'aria-hidden': 'true' }), h('span'));
  const seen = time(null, 'ago');
  const element = h(
    'li.card.camera',
    {},
    h(
      'div.camera-frame',
      {},
      image,
      h('span.camera-blank', { 'aria-hidden': 'true' }, icon('camera'), 'No picture yet'),
    ),
    h(
      'div.camera-words',
      {},
      name,
      status,
      h('p.soft.small', {}, 'Last seen ', seen),
      h(
        'p.small.camera-ways',
        {},
        h('a', { href: `#/events?camera=${encodeURIComponent(id)}` }, 'Events'),
        h('a', { href: `#/cameras/${encodeURIComponent(id)}/zones` }, 'Zones'),
      ),
    ),
  );

  function update(camera, source) {
    setText(name, camera.name);
    setAttribute(image, 'alt', `Last picture of ${camera.name}`);
    showPicture(image, source);
    setAttribute(status, 'data-status', camera.status);
    setText(status.lastChild, STATUS_WORDS[camera.status] ?? camera.status);
    setTime(seen, camera.last_seen_at);
  }

  return { element, update };
}

/** What to do while there is no camera at all. */
export function firstPicture() {
  return emptiness(
    'camera',
    'No camera yet',
    h('p', {}, 'A camera is a folder. Copy a picture into'),
    h('p', {}, h('code.path', {}, '<data>/cameras/front_door/')),
    h(
      'p',
      {},
      'and the camera “front_door” appears here, with what was seen. ',
      h('code', {}, '<data>'),
      ' is the data folder of homesec: ',
      h('code', {}, 'homesec-data'),
      ' unless you chose another.',
    ),
  );
}
