// Figures as people read them; the same rules as unikernel/units.py.

const KB = 1000;
const MB = 1000 * KB;

/** A number of bytes: "38 B", "1.51 MB". */
export function bytes(count: number): string {
  if (count < KB) return `${count} B`;
  const [value, unit] = count < MB ? [count / KB, "KB"] : [count / MB, "MB"];
  return `${value.toPrecision(value >= 100 ? Math.floor(Math.log10(value)) + 1 : 3)} ${unit}`;
}

/** Whole seconds: "38 s", "2 min 44 s", "3 h 5 min". */
export function age(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
