// exp, logistic and tanh of four floats, by the same arithmetic on every machine (error below 2e-7).

function exp4(x: v128): v128 {
  // 2^n · e^r with |r| ≤ ln2/2: ln2 in two parts, then the polynomial of Cephes' expf (Moshier).
  const clamped = f32x4.max(f32x4.min(x, f32x4.splat(88)), f32x4.splat(-87))
  const n = f32x4.nearest(f32x4.mul(clamped, f32x4.splat(Mathf.LOG2E)))
  let r = f32x4.sub(clamped, f32x4.mul(n, f32x4.splat(0.693359375)))
  r = f32x4.add(r, f32x4.mul(n, f32x4.splat(2.1219444e-4)))
  let p = f32x4.add(f32x4.mul(r, f32x4.splat(1.9875691e-4)), f32x4.splat(1.3981999507e-3))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1))
  p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), f32x4.splat(1))
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23)
  return f32x4.mul(p, power)
}

export function logistic4(x: v128): v128 {
  const one = f32x4.splat(1)
  return f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(x))))
}

export function hyperbolicTangent4(x: v128): v128 {
  // Near zero 2·logistic(2x) − 1 loses digits that the cell would carry on for seconds: Cephes' tanhf there.
  const one = f32x4.splat(1)
  const far = f32x4.sub(f32x4.mul(f32x4.splat(2), logistic4(f32x4.add(x, x))), one)
  const z = f32x4.mul(x, x)
  let p = f32x4.add(f32x4.mul(z, f32x4.splat(-5.70498872745e-3)), f32x4.splat(2.06390887954e-2))
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(-5.37397155531e-2))
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(1.33314422036e-1))
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(-3.33332819422e-1))
  const near = f32x4.add(f32x4.mul(f32x4.mul(p, z), x), x)
  return v128.bitselect(near, far, f32x4.lt(f32x4.abs(x), f32x4.splat(0.625)))
}
