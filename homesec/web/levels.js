// Levels of risk in words and marks. Colour never stands alone.

import { h, setAttribute, setText } from './dom.js';

export const LEVELS = ['low', 'medium', 'high', 'critical'];
const WORDS = { low: 'Low', medium: 'Medium', high: 'High', critical: 'Critical' };

export function levelWord(level) {
  return WORDS[level] ?? level;
}

/** A badge: the score and its level. */
export function badge() {
  return h('span.badge', {}, h('span.badge-score'), h('span.badge-level'));
}

export function setBadge(element, score, level) {
  setAttribute(element, 'data-level', level);
  setAttribute(element, 'title', `Risk ${score} of 100`);
  setText(element.firstChild, String(score));
  setText(element.lastChild, levelWord(level));
}
