/**
 * Abbreviations whose full stop may not end a sentence, English and Spanish, lower-case and without the last stop. A word
 * stands in one list only.
 */

/** Always followed by more of the sentence. */
export const leading: ReadonlySet<string> = new Set(
  (
    'dr drs mr mrs ms mx prof profs rev gen col capt cmdr lt sgt cpl pvt adm amb hon gov sen rep pres supt insp ' +
    'messrs mt st ft fr bro ' +
    'sr sra srta sres sras dres dra dras d.a dña prof.a profa ing lic licda lcdo lcda arq abg mtro mtra gral cnel ' +
    'tte sgto cmdte pdte pdta excmo excma ilmo ilma rvdo rvda hno hna hnos fray sto sta mons avda ctra pza plza urb ' +
    'dpto depto ee rr vs cf viz approx aprox ej e.g i.e p.ej v.gr c.f q.v fig figs'
  ).split(' '),
)

/** Followed by a figure: `No. 5`. Before anything else the stop ends the sentence. */
export const beforeFigure: ReadonlySet<string> = new Set(['no', 'nos', 's/'])

/** Goes on before a figure or a small letter: `etc. and`, `pág. 12`. A capital begins a sentence. */
export const shortened: ReadonlySet<string> = new Set(
  (
    'etc al ca jr inc ltd co corp uu ud uds vd vds esq bros s.a s.l a.m p.m am pm a.c d.c b.c ph.d m.d b.a ' +
    'núm núms nro nros n.o nº nª pág págs pgs pp vol vols art arts cap caps tel tfno tlf ext sec sect ch chap par ' +
    'párr apdo ed eds trad máx mín max min seg hr hrs km kg cm mm lb lbs oz ave blvd rd hwy rte apt bldg dept ste ' +
    'izq dcha izda esc cód rs bs ptas pts kr est dist ref admón atte cía comp dto fdo ibíd íd ob obs orig tít univ'
  ).split(' '),
)
