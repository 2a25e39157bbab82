// What the owner says of one rule. Errors of the API stand at the field they name.

import { h, setAttribute, setText } from '../dom.js';
import { LEVELS, levelWord } from '../levels.js';

const DAYS = { mon: 'Mon', tue: 'Tue', wed: 'Wed', thu: 'Thu', fri: 'Fri', sat: 'Sat', sun: 'Sun' };
const WHO = {
  '': 'Anybody and anything',
  not_trusted: 'Somebody who is not trusted',
  unknown: 'Somebody unknown',
  untrusted: 'Somebody marked as not trusted',
  trusted: 'Somebody trusted',
};
const POSES = {
  crouching: 'Crouching',
  bending_over: 'Bending over',
  arms_raised: 'Arms raised',
  lying_down: 'Lying down',
  sitting: 'Sitting',
  standing: 'Standing',
};
const THREATS = { any: 'Any', gun: 'Gun', knife: 'Knife', explosive: 'Explosive', weapon: 'Other weapon' };
export const NEW_RULE = {
  ...{ name: '', description: null, enabled: true, severity: 'medium', risk_threshold: null, object_types: null },
  ...{ camera_ids: null, zone_ids: null, min_confidence: null, schedule: null, conditions: {} },
  ...{ dedup_key_template: '{rule}:{incident}', cooldown_seconds: 300, channels: [] },
};

/** `fill(rule, places)` shows a rule; `value()` is what it says now; `onchange()`: something was changed. */
export function ruleForm({ onchange, onsubmit, mayChange }) {
  let rule = NEW_RULE;
  const inputs = {
    name: h('input', { type: 'text', maxlength: 100, autocomplete: 'off' }),
    enabled: h('input', { type: 'checkbox' }),
    severity: h('select', {}, LEVELS.map((name) => h('option', { value: name }, levelWord(name)))), // prettier-ignore
    risk_threshold: h('input', { type: 'number', min: 0, max: 100, step: 1, placeholder: 'Any' }),
    object_types: h('input', { type: 'text', placeholder: 'Any', autocomplete: 'off', autocapitalize: 'off' }),
    min_confidence: h('input', { type: 'number', min: 0, max: 1, step: 'any', placeholder: 'Any' }),
    identity: h('select', {}, Object.entries(WHO).map(([value, name]) => h('option', { value }, name))), // prettier-ignore
    dwell_seconds: h('input', { type: 'number', min: 1, max: 86400, step: 'any', placeholder: 'Any' }),
    actions: h('input', { type: 'text', placeholder: 'Any', autocomplete: 'off', autocapitalize: 'off' }),
    start: h('input', { type: 'time' }),
    end: h('input', { type: 'time' }),
    timezone: h('input', { type: 'text', placeholder: 'That of the system', autocomplete: 'off' }),
    cooldown_seconds: h('input', { type: 'number', min: 0, max: 604800, step: 1 }),
    dedup_key_template: h('input', { type: 'text', maxlength: 200, autocomplete: 'off', autocapitalize: 'off' }),
  };
  const checks = {
    camera_ids: choices('Cameras', 'None chosen: all of them.'),
    zone_ids: choices('Zones and lines', 'None chosen: everywhere. It must have been in one of them, or crossed the line.'),
    poses: choices('Pose', 'None chosen: any.'),
    threats: choices('Threat', 'None chosen: it does not matter.'),
    days: choices('Days', 'None chosen: all. Of hours that pass midnight the day on which they begin.'),
  };
  const fields = {
    name: field('name', 'Name', inputs.name),
    enabled: field('enabled', 'Switched on', inputs.enabled),
    severity: field('severity', 'At least as severe as', inputs.severity),
    risk_threshold: field('risk_threshold', 'Score from', inputs.risk_threshold, 'Of the event, 0 to 100.'),
    object_types: field('object_types', 'Only for', inputs.object_types, 'Classes, with commas: person, car'),
    min_confidence: field('min_confidence', 'Confidence from', inputs.min_confidence, '0 to 1, of what was seen.'),
    identity: field('identity', 'Who', inputs.identity, 'A trusted person never hides the stranger beside them.'),
    dwell_seconds: field('dwell_seconds', 'Stays for', inputs.dwell_seconds, 'Seconds in one zone.'),
    actions: field('actions', 'Doing', inputs.actions, 'Actions, with commas.'),
    start: field('start', 'From', inputs.start, 'Empty: at any hour.'),
    end: field('end', 'Until', inputs.end, 'Before the start: of the next day.'),
    timezone: field('timezone', 'Time zone', inputs.timezone),
    cooldown_seconds: field('cooldown_seconds', 'Silent for', inputs.cooldown_seconds, 'Seconds after an alert; what gets worse is told.'),
    dedup_key_template: field('dedup_key_template', 'One alert for each', inputs.dedup_key_template, 'Of {rule} {incident} {camera} {entity} {level}.'),
  };
  const general = h('p.complaint', { role: 'alert' });
  const element = h(
    'form.rule-form',
    { id: 'rule', novalidate: true, onsubmit: submitted, oninput: () => onchange(), onchange: () => onchange() },
    part('What', fields.name, fields.severity, fields.risk_threshold, fields.object_types, fields.min_confidence, fields.enabled),
    part('Where', checks.camera_ids, checks.zone_ids, fields.dwell_seconds),
    part('Who and how', fields.identity, fields.actions, checks.poses, checks.threats),
    part('When', fields.start, fields.end, fields.timezone, checks.days),
    part('How often', fields.cooldown_seconds, fields.dedup_key_template),
    general,
  );
  for (const input of mayChange ? [] : element.elements) input.disabled = true;

  /** `places`: {cameras: {id: name}, zones: {id: name}}. */
  function fill(shown, { cameras, zones }) {
    rule = shown;
    const { conditions, schedule } = rule;
    for (const name of ['name', 'severity', 'risk_threshold', 'min_confidence', 'cooldown_seconds', 'dedup_key_template'])
      inputs[name].value = rule[name] ?? '';
    inputs.enabled.checked = rule.enabled;
    inputs.object_types.value = (rule.object_types ?? []).join(', ');
    inputs.actions.value = (conditions.actions ?? []).join(', ');
    inputs.dwell_seconds.value = conditions.dwell_seconds ?? '';
    const who = (conditions.identity ?? []).join(',');
    if (!(who in WHO)) inputs.identity.append(h('option', { value: who }, who.replaceAll(',', ', ')));
    inputs.identity.value = who;
    for (const name of ['start', 'end', 'timezone']) inputs[name].value = schedule?.[name] ?? '';
    checks.camera_ids.fill(cameras, rule.camera_ids, mayChange);
    checks.zone_ids.fill(zones, rule.zone_ids, mayChange);
    checks.poses.fill(POSES, conditions.poses, mayChange);
    checks.threats.fill(THREATS, conditions.threats, mayChange);
    checks.days.fill(DAYS, schedule?.days, mayChange);
  }

  /** The whole rule; what this form does not show of it stays. */
  function value() {
    const { start, end, timezone } = inputs;
    const conditions = {
      ...rule.conditions,
      identity: inputs.identity.value ? inputs.identity.value.split(',') : null,
      dwell_seconds: number(inputs.dwell_seconds.value),
      actions: words(inputs.actions.value),
      poses: checks.poses.chosen(),
      threats: checks.threats.chosen(),
    };
    const hours = { days: checks.days.chosen() ?? [], start: start.value, end: end.value, timezone: timezone.value.trim() || null };
    return {
      ...Object.fromEntries(Object.keys(NEW_RULE).map((name) => [name, rule[name]])),
      name: inputs.name.value.trim(),
      enabled: inputs.enabled.checked,
      severity: inputs.severity.value,
      risk_threshold: number(inputs.risk_threshold.value),
      min_confidence: number(inputs.min_confidence.value),
      object_types: words(inputs.object_types.value),
      camera_ids: checks.camera_ids.chosen(),
      zone_ids: checks.zone_ids.chosen()?.map(Number) ?? null,
      schedule: start.value || end.value ? hours : null,
      conditions: Object.fromEntries(Object.entries(conditions).filter(([, said]) => said !== null)),
      cooldown_seconds: number(inputs.cooldown_seconds.value) ?? 0,
      dedup_key_template: inputs.dedup_key_template.value,
    };
  }

  function submitted(event) {
    event.preventDefault();
    onsubmit();
  }

  /** Show what the API said; null: nothing. Gives the first field that it names the focus if `isAsked`. */
  function complain(problem, isAsked = false) {
    const said = problem ? byField(problem, fields) : {};
    for (const [name, one] of Object.entries(fields)) one.complain(said[name] ?? '');
    setText(general, said.rest ?? '');
    const first = Object.keys(fields).find((name) => said[name]);
    if (first && isAsked) inputs[first].focus();
  }

  return { element, fill, value, complain, focus: () => inputs.name.focus() };
}

function byField(problem, fields) {
  const said = {};
  const named = problem.errors.map(({ where, message }) => [where, message]);
  const prefix = /^([\w.]+): (.*)$/.exec(problem.message);
  if (!named.length && prefix) named.push([prefix[1], prefix[2]]);
  for (const [where, message] of named) {
    const inner = /^(?:conditions\.)?(\w+):/.exec(message)?.[1];
    const name = [...where.split('.').reverse(), inner].find((one) => one in fields);
    said[name ?? 'rest'] ??= name || !prefix ? message : problem.message;
  }
  if (!named.length) said.rest = problem.message;
  return said;
}

function part(title, ...parts) {
  return h('fieldset.rule-part', {}, h('legend', {}, title), parts.map((one) => one.element)); // prettier-ignore
}

function field(name, title, input, hint) {
  const id = `rule-${name}`;
  const complaint = h('p.complaint', { id: `${id}-wrong` });
  setAttribute(input, 'id', id);
  setAttribute(input, 'aria-describedby', hint ? `${id}-wrong ${id}-hint` : `${id}-wrong`);
  const element = h(
    'div.rule-field',
    { 'data-field': name },
    h('label', { for: id }, title),
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

function choices(title, hint) {
  const list = h('div.rule-choices');
  const element = h('fieldset.rule-field.rule-many', {}, h('legend', {}, title), list, h('p.soft.small', {}, hint));
  const boxes = () => [...list.querySelectorAll('input')];
  return {
    element,
    fill(names, chosen, mayChange) {
      element.hidden = Object.keys(names).length === 0;
      const marks = new Set((chosen ?? []).map(String));
      list.replaceChildren(
        ...Object.entries(names).map(([value, name]) =>
          h('label.rule-choice', {}, h('input', { type: 'checkbox', value, checked: marks.has(value), disabled: !mayChange }), name),
        ),
      );
    },
    chosen() {
      const values = boxes().filter((box) => box.checked).map((box) => box.value); // prettier-ignore
      return values.length ? values : null;
    },
  };
}

function words(text) {
  const found = text.split(',').map((one) => one.trim()).filter(Boolean); // prettier-ignore
  return found.length ? found : null;
}

function number(text) {
  return text.trim() === '' || Number.isNaN(Number(text)) ? null : Number(text);
}
