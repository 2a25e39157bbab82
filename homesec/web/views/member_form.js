// What the owner says of a member of the household. Errors of the API stand at the field they name.

import { h, setAttribute, setText } from '../dom.js';

export const ROLES = {
  resident: 'Lives here',
  family: 'Family',
  service_worker: 'Works here',
  frequent_visitor: 'Comes often',
};
export const TRUST = { full: 'Trusted always', partial: 'Trusted at their hours', monitor: 'Watched like a stranger' };
const WORDS = {
  name: ['Name'],
  role: ['Who they are'],
  trusted_level: ['Trust'],
  typical_schedule: ['Usually here', 'Such as: weekdays 17:00-08:00; sat,sun'],
  notes: ['Notes'],
};

/** `onsave(values)` stores them and may throw a Problem; `oncancel` closes the form. */
export function memberForm({ member = null, onsave, oncancel }) {
  const inputs = {
    name: h('input', { type: 'text', maxlength: 100, autocomplete: 'off', value: member?.name ?? '' }),
    role: select(ROLES, member?.role ?? 'resident'),
    trusted_level: select(TRUST, member?.trusted_level ?? 'full'),
    typical_schedule: h('input', { type: 'text', autocomplete: 'off', value: member?.typical_schedule ?? '' }),
    notes: h('textarea', { rows: 2, maxlength: 2000, value: member?.notes ?? '' }),
  };
  return fieldsForm({ inputs, words: WORDS, prefix: `member-${member?.id ?? 'new'}`, onsave, oncancel });
}

/** A form of named inputs: `words[name]` is its label and perhaps a hint; empty text is sent as null. */
export function fieldsForm({ inputs, words, prefix, onsave, oncancel }) {
  const complaints = {};
  const fields = Object.entries(inputs).map(([name, input]) => {
    const id = `${prefix}-${name}`;
    const [title, hint] = words[name];
    complaints[name] = h('p.complaint', { id: `${id}-wrong` });
    setAttribute(input, 'id', id);
    setAttribute(input, 'aria-describedby', `${id}-wrong`);
    return h(
      'div.field',
      { 'data-field': name },
      h('label', { for: id }, title),
      input,
      hint && h('p.soft.small', {}, hint),
      complaints[name],
    );
  });
  const general = h('p.complaint', { role: 'alert' });
  const save = h('button.button.primary', { type: 'submit' }, 'Save');
  const element = h(
    'form.fields',
    { novalidate: true, onsubmit: submitted },
    fields,
    general,
    h('div.choices', {}, save, h('button.button', { type: 'button', onclick: oncancel }, 'Cancel')),
  );

  async function submitted(event) {
    event.preventDefault();
    complain({});
    save.disabled = true;
    try {
      await onsave(Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, valueOf(input)])));
    } catch (problem) {
      complain(byField(problem, Object.keys(inputs)));
    } finally {
      save.disabled = false;
    }
  }

  function complain(said) {
    for (const [name, complaint] of Object.entries(complaints)) {
      setText(complaint, said[name] ?? '');
      setAttribute(inputs[name], 'aria-invalid', said[name] ? 'true' : null);
    }
    setText(general, said.rest ?? '');
    const first = Object.keys(inputs).find((name) => said[name]);
    if (first) inputs[first].focus();
  }

  return { element, focus: () => Object.values(inputs)[0].focus() };
}

export function select(words, value) {
  const isChosen = (key) => key === String(value ?? '');
  return h(
    'select',
    {},
    Object.entries(words).map(([key, name]) => h('option', { value: key, selected: isChosen(key) }, name)),
  );
}

function valueOf(input) {
  if (input.type === 'checkbox') return input.checked;
  return input.value.trim() === '' ? null : input.value.trim();
}

function byField(problem, names) {
  const said = {};
  const named = (problem.errors ?? []).map(({ where, message }) => [where.split('.')[1], message]);
  const prefix = /^(\w+): (.*)$/.exec(problem.message);
  if (!named.length && prefix) named.push([prefix[1], prefix[2]]);
  for (const [name, message] of named) said[names.includes(name) ? name : 'rest'] ??= message;
  if (!named.length) said.rest = problem.message;
  return said;
}
