// What the owner says of one zone or line beside its shape. Errors of the API stand at the field they name.

import { h, setAttribute, setText } from '../dom.js';

export const TYPES = {
  entry_point: 'Entry point',
  driveway: 'Driveway',
  sidewalk: 'Sidewalk',
  yard: 'Yard',
  restricted: 'Restricted',
  excluded: 'Excluded: counts nowhere',
  other: 'Other',
};
const FIELDS = ['name', 'zone_type', 'direction', 'target_classes', 'loiter_seconds', 'priority', 'color', 'enabled'];

/** `show(draft)` fills it; `onchange()`: the draft changed; `onsave`, `ondiscard`, `ondelete`: that is asked for. */
export function zoneForm({ onchange, onsave, ondiscard, ondelete }) {
  let draft = null;
  const inputs = {
    name: h('input', { type: 'text', maxlength: 100, autocomplete: 'off' }),
    zone_type: h('select', {}, options(TYPES)),
    direction: h('select', {}, options({ left: 'Left of the line', right: 'Right of the line' })),
    target_classes: h('input', { type: 'text', placeholder: 'Everything', autocomplete: 'off', autocapitalize: 'off' }),
    loiter_seconds: h('input', { type: 'number', min: 1, max: 86400, step: 'any', placeholder: 'Never' }),
    priority: h('input', { type: 'number', min: 0, max: 1000, step: 1 }),
    color: h('input', { type: 'color' }),
    enabled: h('input', { type: 'checkbox' }),
  };
  const words = {
    name: ['Name'],
    zone_type: ['Type'],
    direction: ['“In” is to the', 'Where the arrow points, seen from the first end of the line to the second.'],
    target_classes: ['Only for', 'Classes, with commas: person, car'],
    loiter_seconds: ['Loitering after', 'Seconds; a longer stay weighs in the score.'],
    priority: ['Priority', 'Where zones overlap, the highest names the place.'],
    color: ['Colour'],
    enabled: ['Switched on'],
  };
  const fields = Object.fromEntries(FIELDS.map((name) => [name, field(name, inputs[name], ...words[name])]));
  const general = h('p.complaint', { role: 'alert' });
  const save = h('button.button.primary', { type: 'submit' }, 'Save');
  const discard = h('button.button', { type: 'button', onclick: () => ondiscard() }, 'Discard');
  const drop = h('button.button.danger', { type: 'button', onclick: askedToDelete }, 'Delete');
  const element = h(
    'form.zone-form',
    { novalidate: true, onsubmit: submitted, oninput: edited },
    FIELDS.map((name) => fields[name].element),
    general,
    h('div.zone-actions', {}, save, discard, drop),
  );

  function show(one) {
    const isAnother = one !== draft;
    draft = one;
    const { value } = draft;
    if (isAnother) {
      for (const name of FIELDS) fill(name, value[name]);
      complain(null);
      setText(drop, 'Delete');
    }
    fields.zone_type.element.hidden = value.shape === 'line';
    fields.direction.element.hidden = value.shape !== 'line';
    fields.loiter_seconds.element.hidden = ['line', 'excluded'].includes(value.zone_type);
    save.disabled = discard.disabled = !draft.isDirty();
    setText(discard, draft.saved ? 'Discard' : 'Cancel');
    drop.hidden = !draft.saved;
  }

  function fill(name, value) {
    if (name === 'enabled') inputs.enabled.checked = value;
    else if (name === 'target_classes') inputs.target_classes.value = (value ?? []).join(', ');
    else inputs[name].value = value ?? '';
  }

  function edited() {
    const { value } = draft;
    const classes = inputs.target_classes.value.split(',').map((one) => one.trim()).filter(Boolean); // prettier-ignore
    value.name = inputs.name.value.trim();
    value.color = inputs.color.value;
    value.enabled = inputs.enabled.checked;
    value.priority = number(inputs.priority.value) ?? 0;
    value.target_classes = classes.length ? classes : null;
    if (value.shape === 'line') value.direction = inputs.direction.value;
    else value.zone_type = inputs.zone_type.value;
    value.loiter_seconds = value.zone_type === 'excluded' ? null : number(inputs.loiter_seconds.value);
    setText(drop, 'Delete');
    onchange();
  }

  function submitted(event) {
    event.preventDefault();
    if (!draft.value.name) complain({ message: '', errors: [{ where: 'body.name', message: 'It needs a name.' }] });
    else if (draft.isDirty()) onsave();
  }

  function askedToDelete() {
    if (drop.textContent === 'Delete') setText(drop, 'Delete for good?');
    else ondelete();
  }

  /** Show what the API said of the fields; null: nothing. */
  function complain(problem) {
    const said = problem ? problemsByField(problem) : {};
    for (const name of FIELDS) fields[name].complain(said[name] ?? '');
    setText(general, said.rest ?? '');
    const first = FIELDS.find((name) => said[name] && !fields[name].element.hidden);
    if (first) inputs[first].focus();
  }

  return { element, show, complain, focus: () => inputs.name.select() };
}

/** Words by field; what belongs to none is `rest`. */
function problemsByField(problem) {
  const said = {};
  const named = problem.errors.map(({ where, message }) => [where.split('.')[1], message]);
  const prefix = /^(\w+): (.*)$/.exec(problem.message);
  if (!named.length && prefix) named.push([prefix[1], prefix[2]]);
  for (const [name, message] of named) said[FIELDS.includes(name) ? name : 'rest'] ??= message;
  if (!named.length) said.rest = problem.message;
  return said;
}

function field(name, input, title, hint) {
  const id = `zone-${name}`;
  const complaint = h('p.complaint', { id: `${id}-wrong` });
  setAttribute(input, 'id', id);
  setAttribute(input, 'aria-describedby', hint ? `${id}-wrong ${id}-hint` : `${id}-wrong`);
  const label = h('label', { for: id }, title);
  const element = h(
    `div.zone-field`,
    { 'data-field': name },
    label,
    input,
    hint && h('p.soft.small', { id: `${id}-hint` }, hint),
    complaint,
  );
  return {
    element,
    complain(message) {
      setText(complaint, message);
      setAttribute(input, 'aria-invalid', message ? 'true' : null);
    },
  };
}

function options(words) {
  return Object.entries(words).map(([value, name]) => h('option', { value }, name));
}

function number(text) {
  return text.trim() === '' || Number.isNaN(Number(text)) ? null : Number(text);
}
