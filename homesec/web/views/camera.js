// One camera: what moved where in its picture, what is usual there and what came today, and whether its view changed.

import { arrange, h, setAttribute, setText } from '../dom.js';
import { icon } from '../icons.js';
import { emptiness, notice, problemWords } from '../parts.js';
import { setTime, time } from '../times.js';
import { STATUS_WORDS } from './cameras.js';
import { habitsView } from './habits.js';
import { pathsView } from './paths.js';
import { sceneChangesView } from './scene_changes.js';

export function cameraView({ live }, id) {
  const { cameras } = live;
  const ending = new AbortController();
  const { signal } = ending;
  const name = h('h1');
  const status = h('span.status', {}, h('span.status-dot', { 'aria-hidden': 'true' }), h('span'));
  const seen = time(null, 'ago');
  const paths = pathsView({ id, cameras, signal });
  const habits = habitsView({ id, signal });
  const changes = sceneChangesView({ id, signal, mayChange: live.mayChange });
  const trouble = h('div');
  const body = h(
    'div.camera-body',
    { hidden: true },
    h(
      'header.camera-head',
      {},
      name,
      h('p.event-meta', {}, status, h('span', {}, 'Last seen ', seen)),
      h(
        'nav.choices',
        { 'aria-label': 'Of this camera' },
        h('a.button', { href: `#/events?camera=${encodeURIComponent(id)}` }, 'Events'),
        h('a.button', { href: `#/cameras/${encodeURIComponent(id)}/zones` }, 'Zones and lines'),
      ),
    ),
    h('div.camera-seen', {}, paths.element),
    h('div.camera-side', {}, habits.element, changes.element),
  );
  const element = h(
    'section.page.camera-page',
    {},
    h('a.way-back', { href: '#/cameras' }, icon('back'), 'All cameras'),
    trouble,
    body,
  );
  let isRead = false;

  function render() {
    const camera = cameras.all.find((one) => one.id === id);
    body.hidden = !camera;
    if (!camera) {
      const isMissing = cameras.state === 'ready';
      arrange(trouble, [
        isMissing
          ? emptiness('camera', 'There is no such camera', h('a.button', { href: '#/cameras' }, 'Go to the cameras'))
          : h('p.soft', { role: 'status' }, 'Loading …'),
      ]);
      return;
    }
    arrange(trouble, cameras.problem ? [notice('bad', problemWords(cameras.problem))] : []);
    setText(name, camera.name);
    setAttribute(status, 'data-status', camera.status);
    setText(status.lastChild, STATUS_WORDS[camera.status] ?? camera.status);
    setTime(seen, camera.last_seen_at);
    document.title = `${camera.name} · homesec`;
    paths.renew();
    if (!isRead) {
      isRead = true;
      for (const part of [paths, habits, changes]) part.read();
    }
  }

  function renewed({ detail }) {
    if (detail === id) paths.renew();
  }

  function heard({ detail: { type, data } }) {
    if (type === 'system.reset' && isRead) for (const part of [paths, habits, changes]) part.read();
    if (type === 'scene.changed' && data.camera_id === id) changes.read();
    if (type === 'event.closed' && data.camera_id === id) paths.read();
  }

  cameras.addEventListener('change', render);
  cameras.addEventListener('picture', renewed);
  live.addEventListener('message', heard);
  render();
  return {
    element,
    title: 'Camera',
    section: '/cameras',
    shown: () => scrollTo({ top: 0 }),
    stop() {
      ending.abort();
      cameras.removeEventListener('change', render);
      cameras.removeEventListener('picture', renewed);
      live.removeEventListener('message', heard);
    },
  };
}
