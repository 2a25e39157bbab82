// Line icons on a grid of 24, drawn in the colour of the text around them. They are decoration: words say it too.

import { svg } from './dom.js';

const PATHS = {
  events: ['M4 6h16', 'M4 12h16', 'M4 18h10'],
  camera: [
    'M3 8.5A1.5 1.5 0 0 1 4.5 7H14a1.5 1.5 0 0 1 1.5 1.5v7A1.5 1.5 0 0 1 14 17H4.5A1.5 1.5 0 0 1 3 15.5z',
    'm15.5 11 5.5-3v8l-5.5-3',
  ],
  system: ['M4 5h16v5.5H4z', 'M4 13.5h16V19H4z', 'M7.5 7.7h.1', 'M7.5 16.2h.1'],
  health: ['M3 12h4l2.5-6 4.5 12 2.5-6H21'],
  person: ['M12 4a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z', 'M5 20c.5-4 3.5-6 7-6s6.5 2 7 6'],
  vehicle: [
    'M4 16v-3l2-5.5A1.5 1.5 0 0 1 7.5 6.5h9a1.5 1.5 0 0 1 1.5 1L20 13v3',
    'M4 13h16',
    'M3.5 16h17',
    'M6 16v2',
    'M18 16v2',
  ],
  animal: [
    'M12 13c-3 0-5 2.5-5 4.5S9 20 12 20s5-.5 5-2.5S15 13 12 13z',
    'M5.5 10.5v1',
    'M9.5 6v2',
    'M14.5 6v2',
    'M18.5 10.5v1',
  ],
  thing: ['m12 3.5 8 4.5v8l-8 4.5L4 16V8z', 'm4 8 8 4.5L20 8', 'M12 12.5v8'],
  check: ['m5 12.5 4.5 4.5L19 7.5'],
  back: ['m14.5 5-7 7 7 7'],
  forward: ['m9.5 5 7 7-7 7'],
  leave: ['M10 4H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h4', 'M15 8l4 4-4 4', 'M19 12H9'],
  warning: ['M12 4 2.8 19.5h18.4z', 'M12 10v4.5', 'M12 17.2v.1'],
  bell: ['M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15z', 'M10 20.5h4'],
  up: ['m6 14 6-6 6 6'],
  folder: [
    'M3 7a1.5 1.5 0 0 1 1.5-1.5h4.5l2 2.5h8.5A1.5 1.5 0 0 1 21 9.5V17a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 17z',
  ],
};

const KINDS = {
  person: 'person',
  ...Object.fromEntries(
    ['bicycle', 'car', 'motorcycle', 'bus', 'train', 'truck', 'boat', 'airplane'].map((name) => [name, 'vehicle']),
  ),
  ...Object.fromEntries(['cat', 'dog', 'bird', 'horse', 'sheep', 'cow', 'bear'].map((name) => [name, 'animal'])),
};

export function icon(name) {
  return svg(
    'svg',
    { viewBox: '0 0 24 24', class: 'icon', 'aria-hidden': 'true', focusable: 'false' },
    PATHS[name].map((d) => svg('path', { d })),
  );
}

/** person, vehicle, animal or thing: colours and icons follow it. */
export function kindOf(objectType) {
  return Object.hasOwn(KINDS, objectType) ? KINDS[objectType] : 'thing';
}
