/**
 * Keeps the children of a container in step with a list, without making anew what is already there: focus, hover and open menus survive an update.
 * @param {Element} container nothing else may change its children
 * @param {(item: any) => string} keyOf
 * @param {(item: any) => {node: Element, update: (item: any) => void}} create
 * @returns {(items: any[]) => void}
 */
export function keyedList(container, keyOf, create) {
  const rows = new Map();
  return items => {
    const wanted = new Set();
    items.forEach((item, at) => {
      const key = keyOf(item);
      wanted.add(key);
      let row = rows.get(key);
      if (!row) rows.set(key, row = create(item));
      row.update(item);
      if (container.children[at] !== row.node) container.insertBefore(row.node, container.children[at] ?? null);
    });
    for (const [key, row] of rows) {
      if (wanted.has(key)) continue;
      row.node.remove();
      rows.delete(key);
    }
  };
}
