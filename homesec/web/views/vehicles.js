// The vehicles the owner knows.

import { get, patch, post, remove } from '../http.js';
import { arrange, h } from '../dom.js';
import { icon } from '../icons.js';
import { fieldsForm, select } from './member_form.js';

const TYPES = { car: 'Car', suv: 'SUV', van: 'Van', truck: 'Truck', motorcycle: 'Motorcycle', other: 'Other' };
const WORDS = {
  description: ['What it is', 'Such as: the blue estate'],
  license_plate: ['Number plate'],
  vehicle_type: ['Kind'],
  color: ['Colour'],
  owner_id: ['Belongs to'],
  trusted: ['Trusted'],
};

export function vehiclesCard() {
  const list = h('ul.rows');
  const place = h('div');
  const none = h('p.soft', { hidden: true }, 'No vehicle yet. One whose plate is known comes and goes without a fuss.');
  const add = h('button.button', { type: 'button', onclick: () => open(null, place) }, 'Add a vehicle');
  const element = h(
    'section.card',
    { 'aria-labelledby': 'vehicles-title' },
    h('div.card-head', {}, h('h2', { id: 'vehicles-title' }, 'Vehicles'), add),
    place,
    none,
    list,
  );
  let members = [];

  async function read(known = members) {
    members = known;
    const { items } = await get('/api/household/vehicles', { query: { limit: 200 } });
    none.hidden = items.length > 0;
    arrange(place, []);
    arrange(list, items.map(row));
  }

  function row(vehicle) {
    const owner = members.find(({ id }) => id === vehicle.owner_id);
    const facts = [TYPES[vehicle.vehicle_type], vehicle.color, owner?.name, !vehicle.trusted && 'not trusted'];
    const below = h('div');
    return h(
      'li.row',
      {},
      h('span.row-icon', {}, icon('vehicle')),
      h(
        'div.row-words',
        {},
        h('p.row-name', {}, vehicle.description, vehicle.license_plate && h('code.plate', {}, vehicle.license_plate)),
        h('p.soft.small', {}, facts.filter(Boolean).join(' · ')),
        below,
      ),
      h('button.quiet', { type: 'button', 'aria-label': `Edit ${vehicle.description}`, onclick: () => open(vehicle, below) }, 'Edit'),
    );
  }

  function open(vehicle, where) {
    const owners = { '': 'Nobody in particular', ...Object.fromEntries(members.map(({ id, name }) => [id, name])) };
    const inputs = {
      description: h('input', { type: 'text', maxlength: 200, autocomplete: 'off', value: vehicle?.description ?? '' }),
      license_plate: h('input', { type: 'text', maxlength: 40, autocomplete: 'off', autocapitalize: 'characters', value: vehicle?.license_plate ?? '' }),
      vehicle_type: select(TYPES, vehicle?.vehicle_type ?? 'car'),
      color: h('input', { type: 'text', maxlength: 50, autocomplete: 'off', value: vehicle?.color ?? '' }),
      owner_id: select(owners, vehicle?.owner_id),
      trusted: h('input', { type: 'checkbox', checked: vehicle?.trusted ?? true }),
    };
    const form = fieldsForm({
      inputs,
      words: WORDS,
      prefix: `vehicle-${vehicle?.id ?? 'new'}`,
      oncancel: () => arrange(where, []),
      async onsave(values) {
        const wanted = { ...values, owner_id: values.owner_id && Number(values.owner_id) };
        if (vehicle) await patch(`/api/household/vehicles/${vehicle.id}`, wanted);
        else await post('/api/household/vehicles', wanted);
        await read();
      },
    });
    const drop = async () => {
      await remove(`/api/household/vehicles/${vehicle.id}`);
      await read();
    };
    arrange(where, [form.element, vehicle && h('button.quiet.danger', { type: 'button', onclick: drop }, 'Remove this vehicle')].filter(Boolean));
    form.focus();
  }

  return { element, read };
}
