/** A photo of a phone made small before it goes over the radio net; where it was taken goes with the rest of what the phone wrote into it. */
const longestEdge = 1_600;

/** A JPEG no larger than a screen; the file as it is where the browser cannot draw it. */
export async function shrink(file: File): Promise<{ blob: Blob; name: string }> {
  try {
    const drawn = await createImageBitmap(file, { imageOrientation: 'from-image' });
    const scale = Math.min(1, longestEdge / Math.max(drawn.width, drawn.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(drawn.width * scale));
    canvas.height = Math.max(1, Math.round(drawn.height * scale));
    canvas.getContext('2d')?.drawImage(drawn, 0, 0, canvas.width, canvas.height);
    drawn.close();
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.82));
    if (blob) return { blob, name: `${file.name.replace(/\.[^.]*$/, '').replace(/[\\/]/g, '_') || 'photo'}.jpg` };
  } catch {
    // Not a picture: the server says what it thinks of it.
  }
  return { blob: file, name: file.name };
}
