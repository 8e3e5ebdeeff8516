/**
 * How a model says that it does not know, in English and Spanish, in the first person: "if you don't know" is no doubt of
 * its own. Accents count: "no sé" is one, "no se preocupe" is none.
 */
export const doubtPhrases: readonly string[] = [
  ...[
    ...['i am not sure', "i'm not sure", "i'm not certain", 'i am not certain', "i'm unsure", 'i am unsure'],
    ...["i'm not entirely sure", "i'm not quite sure", "i'm not completely sure", "i'm not really sure"],
    ...["i'm not a hundred percent sure", "i'm not 100 sure", "i'm not confident", 'i am not confident'],
    ...["i don't know", 'i do not know', "i don't really know", "i honestly don't know", "i wouldn't know"],
    ...["i can't say", 'i cannot say', "i couldn't say", "i can't tell", "i can't answer", 'i cannot answer'],
    ...["i don't have that information", "i don't have information", "i don't have any information"],
    ...["i don't have the information", 'i do not have that information', 'i do not have information'],
    ...[
      'let me check',
      'let me find out',
      'let me look',
      'let me ask',
      "i'd have to check",
      'i have to check',
    ],
    ...["i'll have to check", 'i would have to check', "i'd need to check", 'i need to check'],
  ],
  ...[
    ...['no estoy seguro', 'no estoy segura', 'no estoy del todo seguro', 'no estoy del todo segura'],
    ...[
      'no estoy completamente seguro',
      'no estoy completamente segura',
      'no tengo claro',
      'no lo tengo claro',
    ],
    ...['no lo sé', 'no sé', 'no sabría decirle', 'no sabría decirte', 'lo desconozco', 'desconozco'],
    ...['no tengo esa información', 'no tengo información', 'no dispongo de esa información'],
    ...['no dispongo de información', 'no puedo decirle', 'no puedo responder', 'no le puedo decir'],
    ...['déjeme comprobar', 'déjeme comprobarlo', 'déjame comprobar', 'déjame comprobarlo'],
    ...['déjeme consultar', 'déjeme consultarlo', 'déjeme verificar', 'déjeme verificarlo', 'déjeme revisar'],
    ...['permítame comprobar', 'permítame comprobarlo', 'permítame consultar', 'permítame consultarlo'],
    ...['permítame verificar', 'permítame verificarlo', 'tendría que comprobarlo', 'tendría que consultarlo'],
    ...['tengo que consultarlo', 'tengo que comprobarlo', 'voy a consultarlo', 'voy a comprobarlo'],
  ],
]
