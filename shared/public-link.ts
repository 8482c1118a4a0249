/** Addresses of the site as people reach it, also where a proxy serves it below a path; `path` is without a leading slash. */
export const publicLink = (publicUrl: string, path: string): string => {
  const base = new URL(publicUrl);
  base.hash = '';
  base.search = '';
  return new URL(path, base.href.endsWith('/') ? base : `${base.href}/`).href;
};
