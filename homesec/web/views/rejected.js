// Uploads that cannot be read: they stay where they are, with the reason.

import { h } from '../dom.js';
import { time } from '../times.js';
import { pagedList } from './paged_list.js';

export function rejectedUploads({ cameras }) {
  return pagedList({
    title: 'Rejected uploads',
    path: '/api/uploads',
    query: { state: 'rejected' },
    empty: 'None. Files that are no picture or clip stay in their folder and are listed here with the reason.',
    line: ({ camera_id: camera, name, error, received_at: at }) =>
      h(
        'li.paged-item',
        {},
        h('p.file-name', {}, name),
        h('p', {}, error),
        h('p.soft.small', {}, cameras.name(camera), ' · ', time(at, 'ago')),
      ),
  });
}
