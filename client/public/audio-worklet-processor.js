// ../../packages/client/dist/audio/level.js
var e = -100;
function t(t) {
	return t <= 1e-10 ? e : 10 * Math.log10(t);
}
function n({ fromRate: e, toRate: t, maxInputs: n }) {
	if (e === t) return r();
	let { phases: o, taps: s, kernel: c } = a(e, t), u = new Float32Array(s + n), d = l(e, t), f = t / d, p = e / d, m = 0, h = 0;
	function g(e) {
		return e === 0 ? 0 : m + Math.floor((h + (e - 1) * p) / f) + 1;
	}
	function _(e, t, n, r = n.length) {
		for (let n = 0; n < t; n++) u[s + n] = e[n] ?? 0;
		let a = 0;
		for (; m < t && a < r;) {
			let e = o === f ? h : Math.floor(h * o / f);
			n[a++] = i(u, m + 1, c, e * s, s), h += p, m += Math.floor(h / f), h %= f;
		}
		return m -= t, u.copyWithin(0, t, t + s), a;
	}
	return {
		inputsFor: g,
		process: _,
		delaySamples: s / 2
	};
}
function r() {
	return {
		inputsFor: (e) => e,
		process(e, t, n) {
			for (let r = 0; r < t; r++) n[r] = e[r] ?? 0;
			return t;
		},
		delaySamples: 0
	};
}
function i(e, t, n, r, i) {
	let a = 0;
	for (let o = 0; o < i; o++) a += (e[t + o] ?? 0) * (n[r + o] ?? 0);
	return a;
}
function a(e, t) {
	let n = Math.min(t / l(e, t), 1024), r = Math.min(e, t) / e * .94, i = 2 * Math.ceil(48 / r), a = new Float32Array(n * i);
	for (let e = 0; e < n; e++) {
		let t = 0;
		for (let c = 0; c < i; c++) {
			let l = c - i / 2 + 1 - e / n, u = r * o(r * l) * s(2 * l / i);
			a[e * i + c] = u, t += u;
		}
		for (let n = 0; n < i; n++) {
			let r = e * i + n;
			a[r] = (a[r] ?? 0) / t;
		}
	}
	return {
		phases: n,
		taps: i,
		kernel: a
	};
}
function o(e) {
	return e === 0 ? 1 : Math.sin(Math.PI * e) / (Math.PI * e);
}
function s(e) {
	return Math.abs(e) > 1 ? 0 : c(9 * Math.sqrt(1 - e * e)) / c(9);
}
function c(e) {
	let t = 1, n = 1;
	for (let r = 1; t > n * 1e-12; r++) t *= (e / (2 * r)) ** 2, n += t;
	return n;
}
function l(e, t) {
	return t === 0 ? e : l(t, e % t);
}
function u({ contextRate: e, frameRate: r, frameMs: i, emit: a }) {
	let o = n({
		fromRate: e,
		toRate: r,
		maxInputs: 128
	}), s = /* @__PURE__ */ new Float32Array(128), c = new Float32Array(Math.ceil(128 * r / e) + 1), l = Math.round(r * i / 1e3), u = new Int16Array(l), p = 0, m = 0;
	function h(e) {
		u[p++] = f(e), m += e * e, p < l || (a(u, t(m / l)), u = new Int16Array(l), p = 0, m = 0);
	}
	return { process(e, t) {
		for (let n = 0; n < t; n += 128) {
			let r = Math.min(128, t - n);
			d(e, {
				from: n,
				length: r,
				mono: s
			});
			let i = o.process(s, r, c);
			for (let e = 0; e < i; e++) h(c[e] ?? 0);
		}
	} };
}
function d(e, t) {
	let { from: n, length: r, mono: i } = t;
	i.fill(0, 0, r);
	for (let t of e) for (let a = 0; a < r; a++) i[a] = (i[a] ?? 0) + (t[n + a] ?? 0) / e.length;
}
function f(e) {
	return Math.max(-32768, Math.min(32767, Math.round(e * 32768)));
}
// ../../packages/client/dist/audio/gain-ramp.js
function p(e) {
	let t = 1, n = 1, r = 0;
	return {
		to(i) {
			n = i, r = (n - t) / Math.max(1, e);
		},
		apply(e, i) {
			if (t !== 1 || n !== 1) for (let a = 0; a < i; a++) t !== n && (t += r, Math.abs(n - t) <= Math.abs(r) && (t = n)), e[a] = (e[a] ?? 0) * t;
		}
	};
}
function m(e) {
	return 10 ** (e / 20);
}
// ../../packages/client/dist/audio/heard-line.js
var h = 1024;
function g() {
	let e = new Float64Array(h), t = new Float64Array(h), n = Array(h).fill(void 0), r = 0, i = 0;
	return {
		record(a, o, s) {
			i === h && (r = (r + 1) % h, i--);
			let c = (r + i++) % h;
			e[c] = a, t[c] = s, n[c] = o;
		},
		read(a, o, s) {
			for (; i > 0 && (e[r] ?? 0) + o <= a;) {
				let e = n[r], a = t[r] ?? 0;
				n[r] = void 0, r = (r + 1) % h, i--, e !== void 0 && s(e, a);
			}
		},
		forget(e) {
			for (let t = 0; t < i; t++) {
				let i = (r + t) % h;
				n[i] === e && (n[i] = void 0);
			}
		},
		get pending() {
			return i;
		}
	};
}
function _({ sourceRate: e, contextRate: t, delaySamples: n, report: r }) {
	let i = {
		reply: void 0,
		s: 0,
		atS: 0
	};
	function a(t, a, o) {
		i.reply = t, i.s = a, i.atS = o, r({
			kind: "playhead",
			reply: t,
			ms: a * 1e3,
			atS: o + n / e
		});
	}
	return {
		plays(n, r, o, s) {
			let c = r / e, l = s / t;
			i.reply === n && Math.abs(i.s + l - i.atS - c) <= .001 ? l - i.atS >= .25 && a(n, c, l) : a(n, c - o / e, l - o / e);
		},
		stops(e) {
			i.reply !== void 0 && a(void 0, 0, e / t);
		}
	};
}
// ../../packages/client/dist/audio/reply-queue.js
function v(e) {
	let t = [], n = [], r, i = 0;
	function a(e, t) {
		let i = n.find((t) => t.reply === e);
		return i === void 0 && (i = {
			reply: e,
			incoming: t,
			written: t,
			played: t,
			reported: -1,
			ended: !1,
			totalMs: Infinity,
			cleared: !1
		}, n = [...n.slice(-15), i]), i.incoming = t, i.cleared = !1, i.ended = !1, r = i, i;
	}
	function o(n) {
		if (r === void 0 || r.cleared || n.length === 0) return 0;
		let a = r.incoming;
		r.incoming += n.length;
		let o = Math.max(0, r.written - a);
		if (o >= n.length) return 0;
		let s = Math.max(0, e - i), c = n.subarray(o, Math.min(n.length, o + s));
		return c.length > 0 && (t.push({
			track: r,
			samples: c,
			from: a + o,
			offset: 0
		}), r.written = a + o + c.length, i += c.length), n.length - o - c.length;
	}
	function s(e, n, r) {
		let a = 0;
		for (; a < n;) {
			let i = t[0];
			if (i === void 0) break;
			let o = Math.min(n - a, i.samples.length - i.offset);
			for (let t = 0; t < o; t++) e[a + t] = (i.samples[i.offset + t] ?? 0) / 32768;
			a += o, i.offset += o, i.track.played = i.from + i.offset, i.offset === i.samples.length && t.shift(), r(i.track);
		}
		return i -= a, a;
	}
	function c(e, n) {
		let r = y(t.filter((t) => t.track === e), n);
		return t = t.filter((t) => t.track !== e), r.length > 0 && t.unshift({
			track: e,
			samples: r,
			from: e.played,
			offset: 0
		}), i = t.reduce((e, t) => e + t.samples.length - t.offset, 0), e.cleared = !0, e.written = e.played + r.length, r.length;
	}
	return {
		begin: a,
		push: o,
		take: s,
		drop: c,
		find: (e) => n.find((t) => t.reply === e),
		open: () => n.filter((e) => !e.cleared),
		get samples() {
			return i;
		},
		get head() {
			return t[0]?.track;
		}
	};
}
function y(e, t) {
	let n = new Int16Array(t), r = 0;
	for (let i of e) {
		let e = i.samples.subarray(i.offset, i.offset + t - r);
		n.set(e, r), r += e.length;
	}
	for (let e = 0; e < r; e++) n[e] = Math.round((n[e] ?? 0) * (1 - (e + 1) / r));
	return n.subarray(0, r);
}
function b(e) {
	let { sourceRate: t, contextRate: r, report: i } = e, a = Math.ceil(128 * t / r) + 2, o = n({
		fromRate: t,
		toRate: r,
		maxInputs: a
	}), s = v(A(e.maxBufferMs ?? 12e4)), c = p(20 * r / 1e3), l = g(), u = _({
		sourceRate: t,
		contextRate: r,
		delaySamples: o.delaySamples,
		report: i
	}), d = S(50 * r / 1e3, (e) => i({
		kind: "level",
		dbfs: e,
		bufferedMs: s.samples * 1e3 / t
	})), f = A(e.jitterMs ?? 60), h = 100 * r / 1e3, y = new Float32Array(a), b = /* @__PURE__ */ new Float32Array(128), C = 0, w = !1, T = 0, E, D = 0, O = 0, k;
	function A(e) {
		return Math.round(e * t / 1e3);
	}
	function j(e, n, r) {
		k = void 0, e.reported = n, D = O;
		let a = Math.min(n * 1e3 / t, e.totalMs);
		i({
			kind: "played",
			reply: e.reply,
			ms: a,
			final: r
		});
	}
	function M(e, t) {
		if (e.cleared || t <= e.reported) return;
		k !== void 0 && k.track !== e && j(k.track, k.position, !1);
		let n = e.ended && t >= e.written, r = e.reported < 0;
		n || r || O - D >= h ? j(e, t, n) : k = {
			track: e,
			position: t
		};
	}
	function N(e) {
		let { head: t } = s;
		return t !== void 0 && (T += e, t.ended || s.samples >= f || T >= f);
	}
	function P(e) {
		l.record(O, e, e.played), E = e;
	}
	function F(e) {
		if (y.fill(0, 0, e), !w && !N(e)) return;
		w = !0, T = 0;
		let n = s.take(y, e, P), a = O - (e - n) * r / t;
		if (n > 0 && E !== void 0 && u.plays(E.reply, E.played, n, a), n === e) return;
		w = !1, u.stops(a);
		let o = s.open().at(-1);
		o !== void 0 && !o.ended && o.played > 0 && i({
			kind: "underrun",
			reply: o.reply
		});
	}
	function I(e) {
		let t = w && s.head === e ? A(5) : 0;
		s.drop(e, t), l.forget(e), k?.track === e && (k = void 0), j(e, e.written, !0);
	}
	return {
		get bufferedSamples() {
			return s.samples;
		},
		begin(e, t) {
			s.begin(e, A(t)), c.to(1);
		},
		push(e) {
			let n = s.push(e), r = s.open().at(-1)?.reply;
			n > 0 && r !== void 0 && i({
				kind: "dropped",
				reply: r,
				ms: n * 1e3 / t
			});
		},
		end(e, t = Infinity) {
			let n = s.find(e);
			n === void 0 || n.ended || n.cleared || (n.ended = !0, n.totalMs = t, n.reported >= n.written && n.played >= n.written && j(n, n.written, !0));
		},
		clear(e) {
			if (e === void 0) {
				for (let e of s.open()) x(e) || I(e);
				return;
			}
			let t = s.find(e);
			t === void 0 ? i({
				kind: "played",
				reply: e,
				ms: 0,
				final: !0
			}) : t.cleared ? j(t, t.written, !0) : I(t);
		},
		duck(e) {
			c.to(e ? m(-18) : 1);
		},
		setLatency(e) {
			C = e * r / 1e3 + o.delaySamples * r / t;
		},
		render(e, t) {
			for (let n = 0; n < e.length; n += 128) {
				let r = Math.min(128, e.length - n);
				O = t + n + r;
				let i = o.inputsFor(r);
				F(i), o.process(y, i, b, r), c.apply(b, r), d.add(b, r), e.set(r === 128 ? b : b.subarray(0, r), n);
			}
			l.read(O, C, M), k !== void 0 && (!w && l.pending === 0 || O - D >= h) && j(k.track, k.position, !1);
		}
	};
}
function x(e) {
	return e.ended && e.reported >= e.written;
}
function S(n, r) {
	let i = 0, a = 0, o = e;
	return { add(e, s) {
		for (let t = 0; t < s; t++) i += (e[t] ?? 0) ** 2;
		if (a += s, a < n) return;
		let c = t(i / a);
		(c > -100 || o > -100) && r(c), o = c, i = 0, a = 0;
	} };
}
// ../../packages/client/dist/worklet/debug-report.js
function C(e, t, n) {
	let r = 0;
	return { rendered(i, a) {
		n !== void 0 && (r += i, r < t || (r -= t, n(`${e}: ${a()}`)));
	} };
}
// ../../packages/client/dist/worklet/messages.js
var w = "parley-capture", T = "parley-playout";
// ../../packages/client/dist/worklet/audio-worklet-processor.js
function E(e) {
	let t = e.AUDIO_WORKLET_DEBUG === !0 ? (e) => console.debug(e) : void 0;
	e.registerProcessor(w, class extends e.AudioWorkletProcessor {
		#e;
		#t = C(w, e.sampleRate, t);
		#n = 0;
		#r = !0;
		constructor({ processorOptions: t }) {
			super(), this.#e = u({
				contextRate: e.sampleRate,
				...t,
				emit: (e, t) => {
					this.#n++, this.port.postMessage({
						samples: e,
						levelDbfs: t
					}, [e.buffer]);
				}
			}), this.port.onmessage = () => {
				this.#r = !1;
			};
		}
		process(t, n) {
			let r = n[0]?.[0]?.length ?? 128;
			return this.#r && this.#e.process(t[0] ?? [], r), this.#t.rendered(r, () => `${this.#n} frames sent, ${e.sampleRate} Hz`), this.#r;
		}
	}), e.registerProcessor(T, class extends e.AudioWorkletProcessor {
		#e;
		#t = C(T, e.sampleRate, t);
		#n = 0;
		#r = !0;
		constructor({ processorOptions: t }) {
			super(), this.#e = b({
				contextRate: e.sampleRate,
				...t,
				report: (e) => {
					e.kind === "underrun" && this.#n++, this.port.postMessage(e);
				}
			}), this.port.onmessage = (e) => this.#i(e.data);
		}
		#i(e) {
			let t = this.#e;
			e.kind === "push" ? t.push(e.samples) : e.kind === "begin" ? t.begin(e.reply, e.fromMs) : e.kind === "end" ? t.end(e.reply, e.totalMs) : e.kind === "clear" ? t.clear(e.reply) : e.kind === "duck" ? t.duck(e.on) : e.kind === "latency" ? t.setLatency(e.ms) : this.#r = !1;
		}
		process(t, n) {
			let r = n[0]?.[0];
			return r !== void 0 && this.#r && this.#e.render(r, e.currentFrame), this.#t.rendered(r?.length ?? 128, () => {
				let { bufferedSamples: e } = this.#e;
				return `${e} samples wait (${e * 2} bytes), ${this.#n} gaps`;
			}), this.#r;
		}
	});
}
var D = globalThis;
D.registerProcessor !== void 0 && D.AudioWorkletProcessor !== void 0 && E(D);
