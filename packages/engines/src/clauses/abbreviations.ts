/** Abbreviations whose full stop does not end a sentence, English and Spanish, lower-case and without the stop. */

/** Always followed by more of the sentence. */
export const leading: ReadonlySet<string> = new Set(
  (
    'dr mr mrs ms prof st rev gen col capt lt sgt hon gov sen rep messrs mt ' +
    'sr sra srta sres dra d dña da prof profa ing lic arq fr sto sta mons av avda ctra pza dpto ' +
    'p ej e i vs cf ee viz approx aprox máx mín fig figs núms'
  ).split(' '),
)

/** Followed by a figure: `No. 5`, `pág. 12`. Before anything else the stop ends the sentence. */
export const beforeFigure: ReadonlySet<string> = new Set(
  'no nos núm nº n pág págs pp vol art arts cap tel ext sec ch jan feb mar apr jun jul aug sep sept oct nov dec'.split(
    ' ',
  ),
)

/** May end a sentence: the stop does if a capital follows. */
export const closing: ReadonlySet<string> = new Set(
  'etc jr inc ltd co corp uu ud uds vd vds am pm esq bros s.a'.split(' '),
)
