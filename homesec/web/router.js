// Addresses of the page stand in the fragment: `#/events/12`, `#/events?camera=front_door`.

/** The parts of a fragment: {path, query}. */
export function readRoute(hash = location.hash) {
  const [path, query = ''] = hash.replace(/^#/, '').split('?', 2);
  return { path: path || '/events', query: Object.fromEntries(new URLSearchParams(query)) };
}

/** The fragment of a path and its query; empty values are left out. */
export function address(path, query = {}) {
  const filled = Object.entries(query).filter(([, value]) => value);
  const text = new URLSearchParams(filled).toString();
  return `#${path}${text ? `?${text}` : ''}`;
}

/**
 * Show the view that fits the address, now and after each change of it.
 * routes: [[pattern, view]]; a view is `(parameters, query) => {element, title, stop()}`, its parameters the groups.
 * One with `mayLeave()` is asked first: false, and the address goes back to it.
 */
export class Router {
  constructor(routes, show) {
    this.routes = routes;
    this.show = show;
    this.changed = () => this.#go();
  }

  start() {
    addEventListener('hashchange', this.changed);
    this.#go();
  }

  stop() {
    removeEventListener('hashchange', this.changed);
    this.view?.stop();
    this.view = null;
  }

  #go() {
    const { path, query } = readRoute();
    const found = this.routes.map(([pattern, view]) => [pattern.exec(path), view]).find(([match]) => match);
    // the same view may keep its place and only take the new query
    if (this.view?.path === path && this.view.change?.(query)) return;
    if (this.view?.mayLeave && !this.view.mayLeave()) {
      history.replaceState(null, '', this.view.hash);
      return;
    }
    this.view?.stop();
    const [match, make] = found ?? [[], this.routes.at(-1)[1]];
    this.view = { ...make(match.slice(1), query), path, hash: location.hash };
    this.show(this.view);
  }
}
