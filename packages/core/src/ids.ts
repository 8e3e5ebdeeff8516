/** Branded ids: a reply id cannot be passed where a turn id is meant. */

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

export type SessionId = Branded<'session'>
export type TurnId = Branded<'turn'>
export type ReplyId = Branded<'reply'>
