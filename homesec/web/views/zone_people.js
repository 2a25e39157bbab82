// With whom a zone belongs: its owner, who may always be there, and who at which hours.

import { Problem, get, put } from '../http.js';
import { arrange, h, setText } from '../dom.js';
import { select } from './member_form.js';

/** A card for the chosen zone; `show(zone)` (null: none) reads what is saved of it. */
export function zonePeople({ announce }) {
  const place = h('div');
  const element = h(
    'section.card',
    { 'aria-labelledby': 'zone-people-title', hidden: true },
    h('h2', { id: 'zone-people-title' }, 'Who belongs here'),
    place,
  );
  let shownId = null;
  let known = null;

  async function show(zone) {
    const id = zone?.id ?? null;
    if (id === shownId) return;
    shownId = id;
    element.hidden = id === null;
    arrange(place, []);
    if (id === null) return;
    try {
      known ??= await household();
      const saved = await get(`/api/zones/${id}/household`);
      if (id === shownId) arrange(place, [form(id, saved)]);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (id === shownId) arrange(place, [h('p.soft', {}, problem.message)]);
    }
  }

  function form(id, saved) {
    const { members, vehicles } = known;
    if (!members.length) {
      return h('p.soft', {}, 'Nobody is known yet. ', h('a', { href: '#/people' }, 'Add the people of your household'), ' first.');
    }
    const names = Object.fromEntries(members.map(({ id: member, name }) => [member, name]));
    const owner = select({ '': 'Everybody', ...names }, saved.owner_id);
    owner.id = 'zone-owner';
    const allowed = checks('Always allowed', members, ({ name }) => name, saved.allowed_member_ids);
    const cars = checks('Vehicles that may be here', vehicles, ({ description }) => description, saved.allowed_vehicle_ids);
    const rows = h('div.zone-people');
    const complaint = h('p.complaint', { role: 'alert' });
    const schedules = saved.access_schedules.map((one) => scheduleRow(names, one, forget));
    const save = h('button.button', { type: 'submit' }, 'Save who belongs here');
    const told = h('p.soft.small', { role: 'status' });
    arrange(rows, schedules.map((one) => one.element));

    function forget(one) {
      schedules.splice(schedules.indexOf(one), 1);
      one.element.remove();
    }

    function add() {
      const one = scheduleRow(names, { member_ids: [members[0].id], cron: '* 8-17 * * mon-fri' }, forget);
      schedules.push(one);
      rows.append(one.element);
      one.focus();
    }

    async function submitted(event) {
      event.preventDefault();
      save.disabled = true;
      setText(complaint, '');
      try {
        await put(`/api/zones/${id}/household`, {
          owner_id: owner.value ? Number(owner.value) : null,
          allowed_member_ids: allowed.values(),
          allowed_vehicle_ids: cars.values(),
          access_schedules: schedules.map((one) => one.value()),
        });
        announce('Saved who belongs here');
        setText(told, 'Saved.');
      } catch (problem) {
        setText(complaint, problem.errors?.[0]?.message ?? problem.message);
      } finally {
        save.disabled = false;
      }
    }

    return h(
      'form.zone-people',
      { novalidate: true, onsubmit: submitted, oninput: () => setText(told, '') },
      h('div.field', {}, h('label', { for: 'zone-owner' }, 'Belongs to'), owner),
      allowed.element,
      vehicles.length > 0 && cars.element,
      h(
        'fieldset',
        {},
        h('legend', {}, 'Allowed at certain hours'),
        h('p.soft.small', {}, 'Five fields: minute, hour, day, month, weekday. “* 8-11 * * tue” is Tuesday from 8:00 to 11:59.'),
        rows,
        h('button.quiet', { type: 'button', onclick: add }, '+ Add hours'),
      ),
      complaint,
      h('div.choices', {}, save, told),
    );
  }

  return { element, show };
}

async function household() {
  const asked = { query: { limit: 200 } };
  const [members, vehicles] = await Promise.all([
    get('/api/household/members', asked),
    get('/api/household/vehicles', asked),
  ]);
  const byName = (one, other) => one.name.localeCompare(other.name);
  return { members: members.items.sort(byName), vehicles: vehicles.items };
}

function checks(title, items, nameOf, chosen) {
  const boxes = items.map((item) => h('input', { type: 'checkbox', value: item.id, checked: chosen.includes(item.id) }));
  const labels = items.map((item, index) => h('label.check', {}, boxes[index], nameOf(item)));
  return {
    element: h('fieldset', {}, h('legend', {}, title), labels),
    values: () => boxes.filter((box) => box.checked).map((box) => Number(box.value)),
  };
}

/** One line: who, when, and a way to take it out. What it was said of several members stays with all of them. */
function scheduleRow(names, saved, onforget) {
  const several = saved.member_ids.length > 1;
  const who = several
    ? h('p', {}, saved.member_ids.map((id) => names[id]).join(', '))
    : select(names, saved.member_ids[0]);
  const cron = h('input', { type: 'text', value: saved.cron, 'aria-label': 'Hours', autocomplete: 'off', maxlength: 200 });
  if (!several) who.setAttribute('aria-label', 'Who');
  const drop = h('button.icon-button', { type: 'button', 'aria-label': 'Remove these hours', onclick: () => onforget(row) }, '×');
  const row = {
    element: h('div.schedule', {}, who, cron, drop),
    focus: () => cron.focus(),
    value: () => ({
      member_ids: several ? saved.member_ids : [Number(who.value)],
      cron: cron.value.trim(),
      description: saved.description ?? '',
    }),
  };
  return row;
}
