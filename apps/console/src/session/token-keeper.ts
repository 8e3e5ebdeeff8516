/** The access token of this tab: from the address (`#token=`), else from before a reload, else none. */

const STORAGE_KEY = 'parley.token'

export interface TokenKeeper {
  /** Empty where there is none. */
  readonly token: string
  keep(token: string): void
}

/** Takes a token out of the address bar at once, so that it is neither copied nor kept in the history. */
export function createTokenKeeper(): TokenKeeper {
  let token = recall()
  const keeper: TokenKeeper = {
    get token() {
      return token
    },
    keep(next) {
      token = next.trim()
      remember(token)
    },
  }
  const given = new URLSearchParams(location.hash.slice(1)).get('token')
  if (given) {
    history.replaceState(null, '', location.pathname + location.search)
    keeper.keep(given)
  }
  return keeper
}

/** Storage may be forbidden by the browser; the token then lives as long as the page. */
function recall(): string {
  try {
    return sessionStorage.getItem(STORAGE_KEY) ?? ''
  } catch {
    return ''
  }
}

function remember(token: string): void {
  try {
    if (token === '') sessionStorage.removeItem(STORAGE_KEY)
    else sessionStorage.setItem(STORAGE_KEY, token)
  } catch {
    // As above: a reload asks again, nothing else is lost.
  }
}
