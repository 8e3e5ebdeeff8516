/** The words of a JSGF grammar: what a recogniser must be able to pronounce. It does not check the grammar. */

/** Each word once, in order; none where there is nothing to say. */
export function grammarWords(jsgf: string): readonly string[] {
  const bare = jsgf
    .replace(/\/\*[\s\S]*?\*\//g, ' ')
    .replace(/\/\/[^\n]*/g, ' ')
    .replace(/^\uFEFF?\s*#JSGF[^;]*;/, ' ')
    .replace(/(?<=^|;)\s*(grammar|import)\s[^;]*(?=;)/g, ' ')
    .replace(/\{(?:\\.|[^}\\])*\}/g, ' ')
    .replace(/\/\s*[\d.eE+-]+\s*\//g, ' ')
    .replace(/(^|;)\s*(public\s+)?<[^>]*>\s*=/g, '$1 ')
    .replace(/<[^>]*>/g, ' ')
  return [...new Set(bare.split(/[\s|()[\]*+;"=]+/).filter(word => word !== ''))]
}
