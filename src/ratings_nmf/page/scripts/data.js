const page = JSON.parse(document.getElementById("page-data").textContent);
