/** Apart from what reads numbers as people write them, so that settings are checked without its tables of countries. */

/** What can be dialled anywhere: 7 to 15 digits, so no short codes. */
export const dialledNumber = /^\+[1-9]\d{6,14}$/
