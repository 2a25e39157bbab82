// The zones and lines of one camera: drawn on its last picture, listed beside it, changed in a form.

import { Problem, getPatiently, post, put, remove } from '../http.js';
import { arrange, h, setAttribute, setText } from '../dom.js';
import { icon } from '../icons.js';
import { notice, problemWords } from '../parts.js';
import { zoneCanvas } from './zone_canvas.js';
import { TYPES, zoneForm } from './zone_form.js';
import { zonePeople } from './zone_people.js';

const COLORS = ['#3b82f6', '#f97316', '#22c55e', '#a855f7', '#eab308', '#ec4899'];
const TOOLS = { rectangle: 'Rectangle', polygon: 'Polygon', line: 'Line' };
const OWNED = [
  ...['name', 'zone_type', 'shape', 'coordinates', 'direction', 'color'],
  ...['enabled', 'priority', 'target_classes', 'loiter_seconds'],
];
const LEAVE = 'There are zones that are not saved yet. Leave them?';

export function zoneEditorView({ live: { cameras, me }, announce }, id) {
  const mayChange = me.role !== 'viewer';
  const path = `/api/cameras/${encodeURIComponent(id)}/zones`;
  const ending = new AbortController();
  const canvas = zoneCanvas({ mayChange, onselect: select, onmove: render, ondrawn: drawn, onhint: hint });
  const form = zoneForm({ onchange: render, onsave: save, ondiscard: discard, ondelete: drop });
  const belongs = zonePeople({ announce });
  const knowsPeople = mayChange && me.cameras === null;
  const title = h('h1');
  const trouble = h('div');
  const hints = h('p.soft.small', { role: 'status' });
  const tools = Object.entries(TOOLS).map(([shape, name]) => {
    const onclick = (event) => tool(shape, event);
    return h('button.button', { type: 'button', 'aria-pressed': 'false', onclick }, name);
  });
  const list = h('ul.zone-list');
  const nothing = h('p.soft', {}, mayChange ? 'No zone yet: choose a shape and draw it on the picture.' : 'No zone yet.');
  const listCard = h(
    'section.card',
    { 'aria-labelledby': 'zones-title' },
    h('h2', { id: 'zones-title' }, 'Zones and lines'),
    nothing,
    list,
  );
  const formTitle = h('h2', { id: 'zone-title' });
  const formCard = h('section.card', { 'aria-labelledby': 'zone-title', hidden: true }, formTitle, form.element);
  const element = h(
    'section.page.zones-page',
    {},
    h('a.way-back', { href: `#/cameras/${encodeURIComponent(id)}` }, icon('back'), 'The camera'),
    h('div.page-head', {}, title),
    trouble,
    h(
      'div.zones-body',
      {},
      h(
        'div.frame',
        {},
        h('div.frame-ground', {}, canvas.element),
        mayChange && h('div.frame-bar', {}, 'New:', tools, hints),
      ),
      h('div.zones-side', {}, formCard, belongs.element, listCard),
    ),
  );
  let drafts = [];
  let selected = null;
  let drawing = null;

  async function load() {
    try {
      const { items } = await getPatiently(path, { signal: ending.signal, onwait: complain });
      drafts = items.map(draftOf);
      complain(null);
      render();
    } catch (problem) {
      if (problem instanceof Problem) complain(problem);
    }
  }

  function complain(problem) {
    arrange(trouble, problem ? [notice('bad', problemWords(problem))] : []);
  }

  function render() {
    canvas.show(drafts, selected);
    arrange(list, drafts.map(row));
    nothing.hidden = drafts.length > 0;
    if (knowsPeople) belongs.show(isOwnable(selected) ? selected.saved : null);
    formCard.hidden = !selected || !mayChange;
    if (!selected || !mayChange) return;
    setText(formTitle, selected.saved ? selected.saved.name : `New ${selected.value.shape}`);
    form.show(selected);
  }

  function row(draft) {
    const { value } = draft;
    draft.row ??= h('li', {}, rowButton(() => select(draft)));
    const button = draft.row.firstChild;
    const [name, more] = button.lastChild.children;
    button.style.setProperty('--zone', value.color);
    setAttribute(button, 'aria-current', draft === selected ? 'true' : null);
    setText(name, value.name || 'New, without a name');
    const state = [value.shape === 'line' ? 'Line' : TYPES[value.zone_type].split(':')[0]];
    if (!value.enabled) state.push('switched off');
    if (draft.isDirty()) state.push('not saved');
    setText(more, state.join(' · '));
    return draft.row;
  }

  function hint(words) {
    if (!words) setDrawing(null);
    setText(hints, words);
  }

  function setDrawing(shape) {
    drawing = shape;
    tools.forEach((button, index) => setAttribute(button, 'aria-pressed', String(Object.keys(TOOLS)[index] === shape)));
  }

  function tool(shape, { detail }) {
    const wanted = drawing === shape ? null : shape;
    if (wanted && detail === 0) {
      canvas.place(shape); // pressed with the keyboard: its points can be moved with the arrow keys
      return;
    }
    canvas.draw(wanted);
    setDrawing(wanted);
  }

  function drawn(shape, coordinates) {
    const isLine = shape === 'line';
    const draft = draftOf(null, {
      name: '',
      zone_type: isLine ? 'line' : 'other',
      shape,
      coordinates,
      direction: isLine ? 'left' : null,
      color: COLORS[drafts.length % COLORS.length],
      enabled: true,
      priority: 0,
      target_classes: null,
      loiter_seconds: null,
    });
    drafts.push(draft);
    select(draft);
    form.focus();
  }

  function select(draft) {
    selected = draft;
    render();
  }

  async function save() {
    const draft = selected;
    try {
      const { value } = draft;
      const zone = draft.saved ? await put(`/api/zones/${draft.saved.id}`, value) : await post(path, value);
      draft.keep(zone);
      form.complain(null);
      announce(`${zone.name} is saved`);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (draft === selected) form.complain(problem);
      return;
    }
    render();
  }

  function discard() {
    const draft = selected;
    if (draft.saved) {
      draft.revert();
      selected = null;
      render();
      select(draft);
    } else forget(draft);
  }

  async function drop() {
    const draft = selected;
    try {
      await remove(`/api/zones/${draft.saved.id}`);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      form.complain(problem);
      return;
    }
    announce(`${draft.saved.name} is deleted`);
    forget(draft);
  }

  function forget(draft) {
    drafts = drafts.filter((one) => one !== draft);
    select(null);
  }

  function named() {
    const camera = cameras.all.find((one) => one.id === id);
    setText(title, `Zones of ${cameras.name(id)}`);
    if (camera) canvas.showPicture(cameras.picture(camera), `Last picture of ${camera.name}`);
    else canvas.showPicture(null, '');
  }

  const isDirty = () => drafts.some((draft) => draft.isDirty());
  const closing = (event) => isDirty() && event.preventDefault();
  addEventListener('beforeunload', closing);
  cameras.addEventListener('change', named);
  named();
  load();
  return {
    element,
    title: 'Zones',
    section: '/cameras',
    shown: () => scrollTo({ top: 0 }),
    mayLeave: () => !isDirty() || confirm(LEAVE),
    stop() {
      ending.abort();
      canvas.stop();
      removeEventListener('beforeunload', closing);
      cameras.removeEventListener('change', named);
    },
  };
}

/** A zone as it is saved (null: not yet), and as the owner has it on the screen. */
function draftOf(zone, fresh = null) {
  const draft = {
    saved: null,
    value: fresh,
    keep(saved) {
      draft.saved = saved;
      draft.revert();
    },
    revert() {
      draft.value = structuredClone(Object.fromEntries(OWNED.map((name) => [name, draft.saved[name]])));
    },
    isDirty: () => !draft.saved || OWNED.some((name) => differ(draft.value[name], draft.saved[name])),
  };
  if (zone) draft.keep(zone);
  return draft;
}

/** A line is crossed, and in an excluded zone nobody counts: neither belongs to anybody. */
function isOwnable(draft) {
  return Boolean(draft?.saved) && !['line', 'excluded'].includes(draft.saved.zone_type);
}

function differ(one, other) {
  return JSON.stringify(one) !== JSON.stringify(other);
}

function rowButton(onclick) {
  return h(
    'button.zone-row',
    { type: 'button', onclick },
    h('span.zone-color', { 'aria-hidden': 'true' }),
    h('span.zone-words', {}, h('span.zone-row-name'), h('span.soft.small')),
  );
}
