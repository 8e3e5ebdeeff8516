/** The phones of American English as dictionaries and voices of CMU's family write them (ARPAbet), as shapes of the mouth. */
import type { Viseme } from './viseme.js'

const shapes = new Map<string, readonly Viseme[]>(
  Object.entries({
    aa: ['aa'],
    ae: ['aa'],
    ah: ['aa'],
    ao: ['O'],
    aw: ['aa', 'U'],
    ax: ['E'],
    axr: ['RR'],
    ay: ['aa', 'I'],
    b: ['PP'],
    ch: ['CH'],
    d: ['DD'],
    dh: ['TH'],
    dx: ['DD'],
    eh: ['E'],
    el: ['nn'],
    em: ['PP'],
    en: ['nn'],
    er: ['RR'],
    ey: ['E', 'I'],
    f: ['FF'],
    g: ['kk'],
    hh: [],
    ih: ['I'],
    ix: ['I'],
    iy: ['I'],
    jh: ['CH'],
    k: ['kk'],
    l: ['nn'],
    m: ['PP'],
    n: ['nn'],
    ng: ['nn'],
    nx: ['nn'],
    ow: ['O', 'U'],
    oy: ['O', 'I'],
    p: ['PP'],
    q: [],
    r: ['RR'],
    s: ['SS'],
    sh: ['CH'],
    t: ['DD'],
    th: ['TH'],
    uh: ['U'],
    uw: ['U'],
    ux: ['U'],
    v: ['FF'],
    w: ['U'],
    wh: ['U'],
    y: ['I'],
    z: ['SS'],
    zh: ['CH'],
  }),
)

/**
 * Shapes of one phone in order, two for a diphthong; stress marks do not matter. None: it is said with the mouth of its
 * neighbour. A pause, or what is no phone, is `sil`.
 */
export function visemesOfArpabet(phone: string): readonly Viseme[] {
  return shapes.get(phone.toLowerCase().replace(/\d+$/, '')) ?? ['sil']
}
