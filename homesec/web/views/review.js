// What the owner says of an event: looked at, and notes. A viewer only reads it.

import { patch } from '../http.js';
import { h, setAttribute, setText } from '../dom.js';
import { icon } from '../icons.js';

const LONGEST_NOTES = 10_000; // the API takes no more

/** `onsave(event)` gets the event as the server has it after the change. */
export function reviewView({ id, mayChange, onsave }) {
  const state = h('p.review-state', {}, icon('check'), h('span'));
  const mark = h('button.button', { type: 'button', onclick: () => save({ reviewed: !reviewed }, mark) });
  const notes = h('textarea', { id: 'notes', rows: 3, maxlength: LONGEST_NOTES, oninput: edited });
  const keep = h(
    'button.button',
    { type: 'button', disabled: true, onclick: () => save({ notes: notes.value.trim() || null }, keep) },
    'Save notes',
  );
  const told = h('p.soft.small', { role: 'status' });
  const plain = h('p.notes');
  const element = h(
    'section.card.review',
    { 'aria-labelledby': 'review-title' },
    h('h2', { id: 'review-title' }, 'Review'),
    state,
    mayChange ? [mark, h('label', { for: 'notes' }, 'Notes'), notes, h('div.review-end', {}, keep, told)] : plain,
  );
  let reviewed = false;
  let stored = '';

  function update(event) {
    reviewed = event.reviewed;
    setText(state.lastChild, reviewed ? 'Reviewed' : 'Not reviewed yet');
    setAttribute(state, 'data-reviewed', reviewed);
    setText(mark, reviewed ? 'Mark as not reviewed' : 'Mark as reviewed');
    setAttribute(mark, 'class', reviewed ? 'button' : 'button primary');
    // what somebody is typing is never overwritten
    if (notes.value === stored) notes.value = event.notes ?? '';
    stored = event.notes ?? '';
    setText(plain, event.notes || 'No notes.');
    edited();
  }

  function edited() {
    keep.disabled = notes.value.trim() === stored;
  }

  async function save(change, button) {
    button.disabled = true;
    setText(told, '');
    try {
      onsave(await patch(`/api/events/${id}`, change));
      if ('notes' in change) setText(told, 'Saved.');
    } catch (problem) {
      setText(told, `Not saved: ${problem.message}`);
    } finally {
      button.disabled = false;
      edited();
    }
  }

  return { element, update };
}
