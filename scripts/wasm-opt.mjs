// How wasm is made small: for the page's parts (pack.mjs) and for what measures the same code (tests/browser/module.mjs).
const FEATURES = ["bulk-memory", "bulk-memory-opt", "nontrapping-float-to-int", "sign-ext", "mutable-globals", "reference-types", "multivalue"];

/** wasm-opt's arguments for a file that is replaced. */
export const wasmOpt = (file) => ["-Oz", ...FEATURES.map((feature) => `--enable-${feature}`), file, "-o", file];
