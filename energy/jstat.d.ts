/** jstat brings no types; this is what we use of it. */
declare module 'jstat' {
  const jStat: {
    studentt: { inv(share: number, degreesOfFreedom: number): number };
    normal: { inv(share: number, mean: number, std: number): number };
  };
  export default jStat;
}
