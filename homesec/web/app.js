// Where the page starts: find out who is there, then show what they may see.

import { Problem, getPatiently, post, remove, session } from './http.js';
import { h } from './dom.js';
import { Live } from './live.js';
import { Router, readRoute } from './router.js';
import { shell } from './shell.js';
import { keepTimesFresh } from './times.js';
import { alertRuleView } from './views/alert_rule.js';
import { alertRulesView } from './views/alert_rules.js';
import { alertsView } from './views/alerts.js';
import { cameraView } from './views/camera.js';
import { camerasView } from './views/cameras.js';
import { eventView } from './views/event.js';
import { eventsView, readFilters } from './views/events.js';
import { healthView } from './views/health.js';
import { loginView } from './views/login.js';
import { missingView } from './views/missing.js';
import { peopleView } from './views/people.js';
import { systemView } from './views/system.js';
import { zoneEditorView } from './views/zone_editor.js';

const USED_LINK =
  'This link no longer works: a link opens the page once, and within ten minutes. Log in with a key instead.';
const HERE = 'homesec.here'; // somebody logged in with this browser: only then it is worth asking who
let ending = () => {};

function wasHere() {
  try {
    return localStorage.getItem(HERE) !== null;
  } catch {
    return true; // a browser that keeps nothing may still have a session
  }
}

function remember(isHere) {
  try {
    if (isHere) localStorage.setItem(HERE, 'yes');
    else localStorage.removeItem(HERE);
  } catch {
    // then the page asks each time
  }
}

/** Take the one-time token out of the address, so that it stays in no history and no bookmark. */
function takeToken() {
  const token = /^#token=(.+)$/.exec(location.hash)?.[1];
  if (token) history.replaceState(null, '', `${location.pathname}${location.search}#/events`);
  return token && decodeURIComponent(token);
}

async function enter() {
  const token = takeToken();
  const wait = h('p.starting', { role: 'status' });
  document.body.replaceChildren(wait);
  let words = '';
  if (!token && !wasHere()) {
    login();
    return;
  }
  if (token) {
    try {
      home(await post('/api/session', { token }));
      return;
    } catch (problem) {
      words = problem.status === 401 ? USED_LINK : problem.message;
    }
  }
  try {
    home(
      await getPatiently('/api/session', {
        onwait: (problem) => {
          wait.textContent = `${problem.title}. Trying again …`;
        },
      }),
    );
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    login(problem.status === 401 ? words : problem.message);
  }
}

function login(words = '') {
  ending();
  remember(false);
  document.title = 'Log in · homesec';
  const view = loginView({ words, onenter: home });
  document.body.replaceChildren(view.element);
  view.focus();
}

function home(me) {
  ending();
  remember(true);
  const live = new Live(me);
  const frame = shell({ live, onleave: leave });
  const context = { live, announce: frame.announce };
  const router = new Router(
    [
      [/^\/events$/, (_, query) => eventsView(context, query)],
      [/^\/events\/(\d+)$/, ([id]) => eventView(context, Number(id))],
      [/^\/alerts$/, () => alertsView(context)],
      [/^\/alerts\/rules$/, () => alertRulesView(context)],
      [/^\/alerts\/rules\/new$/, () => alertRuleView(context, null)],
      [/^\/alerts\/rules\/([0-9a-f-]{36})$/, ([id]) => alertRuleView(context, id)],
      [/^\/cameras$/, () => camerasView(context)],
      [/^\/cameras\/([a-z0-9_]+)$/, ([id]) => cameraView(context, id)],
      [/^\/cameras\/(\w+)\/zones$/, ([id]) => zoneEditorView(context, id)],
      [/^\/people$/, () => peopleView(context)],
      [/^\/health$/, () => healthView(context)],
      [/^\/system$/, () => systemView(context)],
      [/^/, () => missingView()],
    ],
    (view) => {
      const isFirst = !frame.element.isConnected;
      frame.show(view);
      if (isFirst) document.body.replaceChildren(frame.element);
      else frame.focus();
      view.shown?.();
    },
  );
  const signedOut = () => login('You were logged out: the session has ended.');
  live.addEventListener('signed-out', signedOut);
  session.addEventListener('signed-out', signedOut);
  ending = () => {
    ending = () => {};
    session.removeEventListener('signed-out', signedOut);
    router.stop();
    frame.stop();
    live.stop();
  };
  live.start(readFilters(readRoute().query)).catch(() => {}); // the feed shows its own problem
  router.start();
}

async function leave() {
  try {
    await remove('/api/session');
    login();
  } catch (problem) {
    login(
      problem.status === 401
        ? ''
        : 'homesec did not answer, so this session may still be open: log in and out again later.',
    );
  }
}

addEventListener('hashchange', () => {
  if (location.hash.startsWith('#token=')) {
    ending();
    enter();
  }
});
history.scrollRestoration = 'manual'; // the list restores its own place, once its rows are there
keepTimesFresh();
enter();
