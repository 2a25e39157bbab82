// The frame around every view: name, ways, who I am, and whether the line is live.

import { arrange, h, setAttribute, setText } from './dom.js';
import { icon } from './icons.js';

const WAYS = [
  ['#/events', 'Events', 'events'],
  ['#/alerts', 'Alerts', 'bell'],
  ['#/cameras', 'Cameras', 'camera'],
  ['#/people', 'People', 'person'],
  ['#/health', 'Health', 'health'],
  ['#/system', 'System', 'system'],
];
const LINE_WORDS = { connecting: 'Connecting', live: 'Live', waiting: 'Reconnecting', closed: 'Not connected' };
const GRACE_MS = 1500; // the server renews each connection now and then: not worth a word

/** The frame; `show(view)` puts a view into it, `announce(text)` tells screen readers. */
export function shell({ live, onleave }) {
  const main = h('main', { id: 'main', tabindex: '-1' });
  const told = h('p.only-heard', { role: 'status', 'aria-live': 'polite' });
  const ways = WAYS.map(([href, name, picture]) =>
    h(
      'a.way',
      { href, onclick: () => location.hash === href && scrollTo({ top: 0 }) },
      icon(picture),
      h('span', {}, name),
    ),
  );
  const line = lineState(live);
  const element = h(
    'div.shell',
    {},
    h(
      'a.skip',
      {
        href: '#main',
        onclick: (event) => {
          event.preventDefault();
          main.focus();
        },
      },
      'Skip to content',
    ),
    h(
      'header.top',
      {},
      h(
        'a.brand',
        { href: '#/events', 'aria-label': 'homesec, events' },
        h('img', { src: 'favicon.svg', alt: '', width: 26, height: 26 }),
        h('span', {}, 'homesec'),
      ),
      h('nav.ways', { 'aria-label': 'Main' }, ways),
      line.element,
      account(live.me, onleave),
    ),
    main,
    told,
  );

  function show(view) {
    arrange(main, [view.element]);
    document.title = view.title ? `${view.title} · homesec` : 'homesec';
    for (const way of ways)
      setAttribute(way, 'aria-current', way.getAttribute('href') === `#${view.section}` ? 'page' : null);
  }

  const announce = announcer(told);
  return {
    element,
    show,
    announce,
    focus: () => main.focus({ preventScroll: true }),
    stop: () => {
      line.stop();
      announce.stop();
    },
  };
}

function account(me, onleave) {
  return h(
    'div.account',
    {},
    h('p.me', {}, h('span.me-name', { title: me.name }, me.name), h('span.me-role', {}, me.role)),
    h('button.quiet', { type: 'button', onclick: onleave, title: 'Log out' }, icon('leave'), h('span', {}, 'Log out')),
  );
}

function lineState(live) {
  const words = h('span.line-words');
  const element = h('p.line', { 'data-state': 'connecting' }, h('span.line-dot', { 'aria-hidden': 'true' }), words);
  let grace = null;
  const render = () => {
    clearTimeout(grace);
    grace = null;
    setAttribute(element, 'data-state', live.line.state);
    setAttribute(
      element,
      'title',
      live.line.state === 'live'
        ? 'New events appear by themselves'
        : 'New events are shown once the connection is back',
    );
    setText(words, LINE_WORDS[live.line.state]);
  };
  const changed = () => {
    // good news at once, bad news only when it lasts
    if (live.line.state === 'live') render();
    else grace ??= setTimeout(render, GRACE_MS);
  };
  live.addEventListener('line', changed);
  render();
  return {
    element,
    stop: () => {
      clearTimeout(grace);
      live.removeEventListener('line', changed);
    },
  };
}

/** Gathers what is to be said, so that a burst of events is one sentence. */
function announcer(element) {
  let waiting = [];
  let timer = null;
  const announce = (text) => {
    waiting.push(text);
    timer ??= setTimeout(() => {
      setText(element, waiting.length > 2 ? `${waiting.length} new events` : waiting.join('. '));
      waiting = [];
      timer = null;
    }, 800);
  };
  announce.stop = () => clearTimeout(timer);
  return announce;
}
