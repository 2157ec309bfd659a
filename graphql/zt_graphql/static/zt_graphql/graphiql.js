// Mounts GraphiQL on this endpoint with the page's CSRF token (development only).
"use strict";
const mount = document.getElementById("graphiql");
const fetcher = GraphiQL.createFetcher({
  url: mount.dataset.endpoint,
  headers: { "X-CSRFToken": mount.dataset.token },
});
ReactDOM.createRoot(mount).render(React.createElement(GraphiQL, { fetcher }));
