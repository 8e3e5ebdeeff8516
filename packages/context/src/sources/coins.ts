/** Currencies that callers name, by the id that CoinGecko-shaped servers know them by. */

export interface Coin {
  readonly title: string
  /** What callers say and nothing else means. */
  readonly names: readonly string[]
  /** What means something else, too, in English or Spanish; counts only beside a word of price. */
  readonly also?: readonly string[]
}

export const coins: Readonly<Record<string, Coin>> = {
  bitcoin: { title: 'Bitcoin', names: ['bitcoin', 'bitcoins', 'btc', 'bit coin'] },
  ethereum: { title: 'Ethereum', names: ['ethereum', 'etherium', 'eth', 'ether'] },
  tether: { title: 'Tether', names: ['tether', 'usdt'] },
  binancecoin: { title: 'BNB', names: ['bnb', 'binance coin'] },
  solana: { title: 'Solana', names: ['solana'], also: ['sol'] },
  'usd-coin': { title: 'USD Coin', names: ['usdc', 'usd coin'] },
  ripple: { title: 'XRP', names: ['xrp'], also: ['ripple'] },
  dogecoin: { title: 'Dogecoin', names: ['dogecoin', 'doge', 'doge coin'] },
  cardano: { title: 'Cardano', names: ['cardano'], also: ['ada'] },
  tron: { title: 'TRON', names: ['trx'], also: ['tron'] },
  'avalanche-2': { title: 'Avalanche', names: ['avax'], also: ['avalanche'] },
  polkadot: { title: 'Polkadot', names: ['polkadot'], also: ['dot'] },
  chainlink: { title: 'Chainlink', names: ['chainlink'], also: ['link'] },
  litecoin: { title: 'Litecoin', names: ['litecoin', 'ltc', 'lite coin'] },
  'bitcoin-cash': { title: 'Bitcoin Cash', names: ['bitcoin cash', 'bch'] },
  stellar: { title: 'Stellar', names: ['xlm'], also: ['stellar'] },
  monero: { title: 'Monero', names: ['monero', 'xmr'] },
  'shiba-inu': { title: 'Shiba Inu', names: ['shiba inu', 'shib'] },
}

/** What makes a word of two meanings a coin. */
export const priceWords = [
  ...['price', 'prices', 'worth', 'cost', 'costs', 'trading', 'crypto', 'cryptocurrency', 'coin', 'token'],
  ...['how much is', 'how much are', 'exchange rate', 'market'],
  ...['precio', 'precios', 'vale', 'valen', 'cuesta', 'cuestan', 'cotiza', 'cotizacion', 'cotizan'],
  ...['criptomoneda', 'criptomonedas', 'cripto', 'moneda', 'a cuanto esta', 'cuanto esta', 'mercado'],
]

/** What callers say a price is to be in. */
export const currencyWords: Readonly<Record<string, readonly string[]>> = {
  usd: ['dollar', 'dollars', 'usd', 'dolar', 'dolares', 'bucks'],
  eur: ['euro', 'euros', 'eur'],
  gbp: ['pounds', 'sterling', 'gbp', 'libras', 'libras esterlinas'],
  mxn: ['mexican pesos', 'mxn', 'pesos mexicanos'],
  ars: ['argentine pesos', 'ars', 'pesos argentinos'],
  cop: ['colombian pesos', 'pesos colombianos'],
  chf: ['francs', 'chf', 'francos suizos'],
  jpy: ['yen', 'jpy', 'yenes'],
}
