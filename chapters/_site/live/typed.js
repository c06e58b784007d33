/** What a reader has typed, kept in the browser by page and cell until it is reset; forgotten where nothing may be stored. */

const key = (number) => `live:${location.pathname}:${number}`;

/** @returns {string | null} */
export function recall(number) {
  try {
    return localStorage.getItem(key(number));
  } catch {
    return null;
  }
}

/** @returns {boolean} whether it is kept */
export function keep(number, code) {
  try {
    localStorage.setItem(key(number), code);
    return true;
  } catch {
    return false;
  }
}

export function forget(number) {
  try {
    localStorage.removeItem(key(number));
  } catch {
    // nothing was kept
  }
}
